-- Departmental stands may sign by GOST CMS (departments/stand).

ALTER TABLE stand_system
    ADD COLUMN signature text NOT NULL DEFAULT 'jws' CHECK (signature IN ('jws', 'gost-cms'));
COMMENT ON COLUMN stand_system.signature IS 'The form in which the stand signs, and in which it wants the portal to';

CREATE TABLE stand_certificate (
    department  text        NOT NULL,
    certificate bytea       NOT NULL,
    private_key bytea       NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (department, created_at)
);
COMMENT ON TABLE stand_certificate IS 'Certificates of the stands, the newest signs. Their keys lie here in the open: they are worth nothing outside a demo';
