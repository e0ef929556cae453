-- A rule tells its owner where the person is reached on that day: the address that was left with it is read by nobody any more, and is
-- personal data.

ALTER TABLE autopay_rule DROP COLUMN email, DROP COLUMN phone;
