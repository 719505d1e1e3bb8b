"""The public API: sessions, live data, agent presence and the web page."""
