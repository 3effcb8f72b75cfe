"""What is fair in a server's community, and when: ratings, guards, themes, days. Pure: values in, values out."""
