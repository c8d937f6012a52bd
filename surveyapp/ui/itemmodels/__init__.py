"""What tables show: plain columns of records (:mod:`.roster`), and Qt's models over them."""
