-- What people still have to be told of stays quick to find, however many alerts there are.
CREATE INDEX alert_untold ON alert (detected_at)
    WHERE pushed_at IS NULL AND judgement = 'suspected' AND severity IN ('Y', 'R') AND state IN ('open', 'closed_episode');
