"""What carriers answer: attempts and their tokens, receipts, reasons, failures that open a circuit."""
