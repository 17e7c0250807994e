"""What the served product is beside its pages: health, the start, and who may knock."""
