// Ten questions worth asking: what `hookline query --examples` shows, and a test runs.

export interface Example {
  readonly question: string;
  readonly sql: string;
}

export const EXAMPLES: readonly Example[] = [
  {
    question: "What is in the log?",
    sql: "SELECT action, count(*) AS lines FROM events GROUP BY action ORDER BY lines DESC",
  },
  {
    question: "Which topics are the busiest?",
    sql: "SELECT topic, count, bytes, rate, last FROM topics ORDER BY count DESC LIMIT 10",
  },
  {
    question: "Which clients connect again and again?",
    sql: "SELECT * FROM clients WHERE connects > 1 ORDER BY connects DESC",
  },
  {
    question: "Who is connected at the end of the log?",
    sql: "SELECT clientid, ipaddress, time AS since FROM (SELECT *, max(id) FROM events " +
      "WHERE action IN ('client_connected', 'client_disconnected') GROUP BY clientid) " +
      "WHERE action = 'client_connected'",
  },
  {
    question: "Why do connections end?",
    sql: "SELECT reason, count(*) AS times FROM client_disconnected GROUP BY reason ORDER BY times DESC",
  },
  { question: "What was dropped, and why?", sql: "SELECT * FROM drops ORDER BY count DESC" },
  {
    question: "How long do messages take, from publish to delivery and to acknowledgement?",
    sql: "SELECT topic, count(*) AS messages, round(avg(delivered_ms), 1) AS delivered_ms, " +
      "round(avg(acked_ms), 1) AS acked_ms, max(acked_ms) AS slowest_ms FROM latency GROUP BY topic",
  },
  {
    question: "What did a sensor say, minute by minute?",
    sql: "SELECT substr(time, 1, 16) AS minute, topic, round(avg(payload ->> '$.temp'), 2) AS temp " +
      "FROM message_publish WHERE json_valid(payload) AND payload ->> '$.temp' IS NOT NULL " +
      "GROUP BY minute, topic",
  },
  {
    question: "Which messages waited longest for a client that was away?",
    sql: "SELECT o.clientid, o.topic, d.ts - o.pts AS waited_ms FROM offline_message o JOIN " +
      "message_delivered d ON d.clientid = o.clientid AND d.pts = o.pts AND d.topic = o.topic " +
      "ORDER BY waited_ms DESC LIMIT 10",
  },
  {
    question: "How many messages a minute?",
    sql: "SELECT substr(time, 1, 16) AS minute, count(*) AS messages FROM message_publish GROUP BY minute",
  },
];
