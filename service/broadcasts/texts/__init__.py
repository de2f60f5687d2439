"""What an author writes, the ready texts and slots, and what is found in both."""
