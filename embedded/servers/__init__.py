"""Postgres, Valkey and LiveKit from the binaries that packages carry or build."""
