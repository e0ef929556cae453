-- Publishing definitions of services: when which version became the one that is begun with, and by whom (catalog/press.go).

CREATE TABLE catalog_publication (
    id         uuid        PRIMARY KEY,
    service    text        NOT NULL CHECK (service <> ''),
    state      text        NOT NULL CHECK (state IN ('planned', 'published', 'cancelled', 'failed')),
    definition text        NOT NULL,
    sha256     text        NOT NULL CHECK (length(sha256) = 64),
    version    int,
    actor      text        NOT NULL CHECK (actor <> ''),
    planned_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    done_at    timestamptz,
    failure    text        NOT NULL DEFAULT '',
    CONSTRAINT catalog_publication_version FOREIGN KEY (service, version) REFERENCES catalog_version,
    CHECK ((state = 'published') = (version IS NOT NULL)),
    CHECK ((state = 'planned') = (done_at IS NULL)),
    CHECK ((state = 'failed') = (failure <> ''))
);
COMMENT ON TABLE catalog_publication IS 'Publications that are planned, made or called off. The newest that is made says which version of a service is current';
COMMENT ON COLUMN catalog_publication.definition IS 'The file as it was when it was given to be published: what the editor saw is what comes out';
COMMENT ON COLUMN catalog_publication.sha256 IS 'Of the definition, as in catalog_version';
COMMENT ON COLUMN catalog_publication.version IS 'Given when it is published, so that a publication that was called off leaves no gap';
COMMENT ON COLUMN catalog_publication.actor IS 'Id of an employee, or "release" when a release of the program brought the definition';
COMMENT ON COLUMN catalog_publication.failure IS 'Why a planned publication did not come out';
CREATE UNIQUE INDEX catalog_publication_planned ON catalog_publication (service) WHERE state = 'planned';
CREATE INDEX catalog_publication_current ON catalog_publication (service, done_at DESC) WHERE state = 'published';
CREATE INDEX catalog_publication_due ON catalog_publication (planned_at) WHERE state = 'planned';

INSERT INTO catalog_publication (id, service, state, definition, sha256, version, actor, planned_at, created_at, done_at)
SELECT gen_random_uuid(), service, 'published', definition, sha256, version, 'release', published_at, published_at, published_at
FROM catalog_version;
