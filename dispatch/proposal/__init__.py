"""From orders and vehicles to a problem, and from its plan to what the dispatcher is shown."""
