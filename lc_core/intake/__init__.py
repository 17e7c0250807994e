"""What comes in from outside: files that other systems hand over."""
