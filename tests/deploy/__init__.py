"""Installing for real: slow tests of `make test-deploy`, and the quick ones of its files."""
