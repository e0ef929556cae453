-- A complaint is answered on the staff site; the answer stands in the conversation of the application.
ALTER TABLE application_message
    DROP CONSTRAINT application_message_kind_check,
    DROP CONSTRAINT application_message_check,
    DROP CONSTRAINT application_message_check2,
    ADD CONSTRAINT application_message_kind_check CHECK (kind IN ('message', 'request', 'answer', 'appeal', 'decision')),
    ADD CONSTRAINT application_message_check CHECK (kind NOT IN ('request', 'decision') OR party = ''),
    ADD CONSTRAINT application_message_check2 CHECK (answered_at IS NULL OR kind IN ('request', 'appeal'));
COMMENT ON COLUMN application_message.answered_at IS 'Of a request: when the parties answered; of an appeal: when it was decided';
CREATE INDEX application_message_appeal ON application_message (until) WHERE kind = 'appeal' AND answered_at IS NULL;
CREATE INDEX application_message_appeal_answered ON application_message (answered_at) WHERE kind = 'appeal' AND answered_at IS NOT NULL;
