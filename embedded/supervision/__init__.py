"""What keeps programs running: how each is started, asked, restarted and ended."""
