-- A round moves all deliveries of a page at once, and what they were goes only when it is committed: a page needs room for each row twice.
-- With 70 more than a third of the moves went to another page and into both indexes; with 40 none does, and the table ends no larger.
ALTER TABLE deliveries_0 SET (fillfactor = 40);
