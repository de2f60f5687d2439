-- As in 0038, and numbers that no SMS may be sent to: not reachable, no number of a phone, a short code, a premium one.
CREATE OR REPLACE FUNCTION number_refused(reason text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
  reason ~ '^(twilio|provider)\.(21211|21214|21217|21265|21268|21604|21610|21614|21635|30004|30005|30006)$';
