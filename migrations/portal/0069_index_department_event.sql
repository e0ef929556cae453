-- An application kept no longer empties what departments said of it: without an index each of them read every event there is.

CREATE INDEX department_event_application ON department_event (application_id);
