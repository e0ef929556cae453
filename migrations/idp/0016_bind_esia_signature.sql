-- A signature that authorized a request redeems no other request's code (idp/esia).

ALTER TABLE esia_request ADD COLUMN signature bytea;
ALTER TABLE esia_grant ADD COLUMN signature bytea;
COMMENT ON COLUMN esia_request.signature IS 'Hash of the client_secret that came with the request: whoever sees the address line has it';
COMMENT ON COLUMN esia_grant.signature IS 'The same of the request that the code answers. At the token endpoint it is good for this code only';
