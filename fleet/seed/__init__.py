"""What a fresh installation starts with: `reference` is always needed, `demo` only by `make up`."""
