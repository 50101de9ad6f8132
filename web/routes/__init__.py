"""The HTTP interface by audience. A route parses, calls one use case or one query, and shapes the answer."""
