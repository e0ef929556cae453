-- The staff of a department read what citizens attached to applications that went there (applications/staff_store.go).

ALTER TABLE organisation ADD COLUMN department text CHECK (department <> '');
COMMENT ON COLUMN organisation.department IS 'Code of the catalogue''s department whose staff these are; NULL: none, they open no application';

ALTER TABLE employee
    DROP CONSTRAINT employee_rights_check,
    ADD CONSTRAINT employee_rights_check CHECK (rights <@ ARRAY['payments', 'deliveries', 'catalog', 'refunds', 'applications']);
