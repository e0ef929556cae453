-- In whose name an application was begun (applications/organisation.go).

ALTER TABLE application
    ADD COLUMN organisation jsonb,
    ADD COLUMN organisation_oid bigint GENERATED ALWAYS AS ((organisation ->> 'oid')::bigint) STORED,
    ADD CONSTRAINT application_organisation CHECK (organisation IS NULL OR organisation ? 'ogrn' AND organisation ? 'inn' AND
        organisation ? 'oid' AND organisation ->> 'audience' IN ('entrepreneur', 'organisation'));
COMMENT ON COLUMN application.organisation IS 'The legal entity or sole proprietor as the identity provider told it when the application was begun; NULL: the person acts for himself';
COMMENT ON COLUMN application.organisation_oid IS 'Its number at the provider: only who acts in its name at the sign-in may open the application';
CREATE INDEX application_organisation_oid ON application (organisation_oid, updated_at DESC) WHERE organisation_oid IS NOT NULL;
