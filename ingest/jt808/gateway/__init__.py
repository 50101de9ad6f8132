"""The TCP gateway of JT/T 808 terminals (contracts.md 3): sockets and sessions on one side, the broker on the other."""
