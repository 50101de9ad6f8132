"""What contracts.md promises to the outside world, tested from the outside: files in, output and exit code back."""
