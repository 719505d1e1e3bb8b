"""What every service stands on: contracts, clients, audio, errors and serving."""
