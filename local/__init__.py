"""Private servers and the supervisor for one machine: no root, no Docker, nothing installed by hand."""
