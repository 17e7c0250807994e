"""Letters: written in the transaction of what they tell, rendered when they are sent."""
