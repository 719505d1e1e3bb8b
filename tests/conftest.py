"""What every test may use."""

pytest_plugins = ["tests.servers", "tests.platform_fixture"]
