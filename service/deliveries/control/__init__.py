"""A send under way in a person's hands: stopped, resumed, sent again."""
