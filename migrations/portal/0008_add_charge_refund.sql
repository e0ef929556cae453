-- Staff who look for a payment see that its application came to nothing.
ALTER TABLE charge ADD COLUMN refund_since timestamptz CHECK (refund_since IS NULL OR status = 'paid');
COMMENT ON COLUMN charge.refund_since IS 'What was paid for came to nothing, and the money is to be returned';
