"""What is taken away as a file: data sets with a dictionary, limited as their asker wants and may see, streamed into any format."""
