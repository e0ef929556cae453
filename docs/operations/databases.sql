-- Run once by the PostgreSQL image on an empty volume.
CREATE DATABASE portal;
CREATE DATABASE idp;
