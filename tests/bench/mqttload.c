/* mqttload - MQTT load generator for one core: epoll, no threads, pre-encoded packets.
 *
 *   gcc -O2 -o mqttload mqttload.c                      or, for -e too:  gcc -O2 -DTLS -o mqttload mqttload.c -lssl -lcrypto
 *   mqttload flood    -p PORT [-P pubs] [-S subs] [-q qos] [-s bytes] [-w window] [-T topics] [-t secs]
 *   mqttload pingpong -p PORT [-n clients] [-q qos] [-s bytes] [-t secs]
 *   mqttload paced    -p PORT [-n clients] [-q qos] [-s bytes] [-r messages/s] [-t secs]
 *   mqttload connect  -p PORT [-n parallel] [-t secs]
 *   mqttload idle     -p PORT [-n clients] [-t secs]
 *   mqttload subscribe -p PORT [-n clients] [-S filters of each] [-t secs]
 *
 * flood:    every subscriber takes bench/#; publishers write back to back, held only by the window of
 *           messages that are sent and not yet received (or, with qos 1, not yet acknowledged).
 * pingpong: every client subscribes to its own topic and sends its next message when the last one is back;
 *           least_share is what the slowest client had of the mean.
 * paced:    the clients take turns to send at a fixed total rate whatever comes back; latency counts from
 *           the moment a message was due, so a broker that pauses is charged for what it delayed;
 *           late_p99_ms is how late the generator itself sent.
 * connect:  connect, CONNECT, CONNACK, DISCONNECT, close, again.
 * idle:     opens the connections, says so on stderr, keeps them, and counts those that the broker closed.
 * subscribe: the same, after SUBSCRIBE with filters of its own: site/N/device/M/value, every tenth site/N/device/M/+.
 * cpu is the share of one core that the generator took: near 1 it is the limit, not the broker (paced spins).
 * -k, in any mode, asks for sessions that outlive their connections: Clean Session is 0.
 * -e, in any mode, speaks TLS, trusts every certificate and resumes no session: each connect is a whole handshake.
 * MQTT 3.1.1 on 127.0.0.1 only. One line of JSON on stdout; exit 1 when anything was lost, not acknowledged or
 * refused, 2 when it could not begin.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#ifdef TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#endif

enum { IN_CAP = 1 << 18, BATCH = 128 };

typedef struct {
  int fd, id, is_pub, ready;
  uint8_t *in; size_t in_len;          /* bytes received, not yet parsed */
  uint8_t *out; size_t out_len, out_off, out_cap;
  double sent_at; uint16_t pid; long trips;
} Client;

static int port = 1883, pubs = 1, subs = 1, qos = 0, size_ = 64, topics = 16, clients = 100, keep = 0;
static long window = 50000, rate = 10000;
static double secs = 5;
static int ep;
static long sent, acked, received, refused;
typedef struct { float *ms; long n, cap; } Times;
static Times lat, late;                /* round trips, and how late messages were sent */

static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + t.tv_nsec * 1e-9; }
/* Seconds of CPU that this process used. */
static double used(void) { struct rusage u; getrusage(RUSAGE_SELF, &u); return u.ru_utime.tv_sec + u.ru_stime.tv_sec + (u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6; }
static void die(const char *what) { fprintf(stderr, "mqttload: %s: %s\n", what, strerror(errno)); exit(2); }

/* What takes the place of read, write and close on a connection. TLS keeps bytes back that epoll knows nothing of:
 * whoever reads goes on until there are none. */
static int encrypted = 0;
#ifdef TLS
static SSL_CTX *context; static SSL **tls; /* by descriptor */
static ssize_t outcome(SSL *s, int r) {
  if (r > 0) return r;
  int e = SSL_get_error(s, r); ERR_clear_error();
  if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE) { errno = EAGAIN; return -1; }
  errno = EIO; return e == SSL_ERROR_ZERO_RETURN ? 0 : -1;
}
/* Handshakes with all of them side by side. */
static void encrypt(const int *fd, int n) {
  struct pollfd *p = calloc(n, sizeof *p); if (!p) die("memory");
  for (int i = 0; i < n; i++) {
    if (!(tls[fd[i]] = SSL_new(context)) || !SSL_set_fd(tls[fd[i]], fd[i])) die("TLS");
    fcntl(fd[i], F_SETFL, O_NONBLOCK); p[i].fd = fd[i]; p[i].revents = POLLIN;
  }
  for (int left = n; left > 0;) {
    for (int i = 0; i < n; i++) if (p[i].fd >= 0 && p[i].revents) {
      SSL *s = tls[fd[i]]; int r = SSL_connect(s), e = SSL_get_error(s, r);
      if (r == 1) { p[i].fd = -1; left--; fcntl(fd[i], F_SETFL, 0); }
      else if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE) p[i].events = e == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
      else { errno = EIO; die("TLS handshake"); }
    }
    if (left > 0) poll(p, n, -1);
  }
  free(p);
}
static void prepare_tls(long descriptors) {
  context = SSL_CTX_new(TLS_client_method()); tls = calloc(descriptors, sizeof *tls); if (!context || !tls) die("TLS");
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
}
static ssize_t take(int fd, void *b, size_t n) { return encrypted ? outcome(tls[fd], SSL_read(tls[fd], b, n)) : read(fd, b, n); }
static ssize_t give(int fd, const void *b, size_t n) { return encrypted ? outcome(tls[fd], SSL_write(tls[fd], b, n)) : write(fd, b, n); }
static void hang_up(int fd) { if (encrypted) { SSL_shutdown(tls[fd]); SSL_free(tls[fd]); } close(fd); }
#else
static void encrypt(const int *fd, int n) { (void)fd; (void)n; }
static void prepare_tls(long descriptors) { (void)descriptors; fprintf(stderr, "mqttload: was made without TLS\n"); exit(2); }
static ssize_t take(int fd, void *b, size_t n) { return read(fd, b, n); }
static ssize_t give(int fd, const void *b, size_t n) { return write(fd, b, n); }
static void hang_up(int fd) { close(fd); }
#endif

static size_t put_len(uint8_t *p, size_t n) { size_t i = 0; do { uint8_t b = n & 127; n >>= 7; p[i++] = b | (n ? 128 : 0); } while (n); return i; }
static size_t put_str(uint8_t *p, const char *s) { size_t n = strlen(s); p[0] = n >> 8; p[1] = n; memcpy(p + 2, s, n); return n + 2; }

static size_t enc_connect(uint8_t *p, const char *id) {
  uint8_t b[256]; size_t n = put_str(b, "MQTT"); b[n++] = 4; b[n++] = keep ? 0 : 2; b[n++] = 0; b[n++] = 0; n += put_str(b + n, id);
  p[0] = 0x10; size_t l = put_len(p + 1, n); memcpy(p + 1 + l, b, n); return 1 + l + n;
}
static size_t enc_subscribe(uint8_t *p, const char *filter) {
  uint8_t b[256]; size_t n = 2; b[0] = 0; b[1] = 1; n += put_str(b + n, filter); b[n++] = qos;
  p[0] = 0x82; size_t l = put_len(p + 1, n); memcpy(p + 1 + l, b, n); return 1 + l + n;
}
/* Encodes one PUBLISH; *pid_off says where its packet identifier lies (0: none). */
static size_t enc_publish(uint8_t *p, const char *topic, size_t *pid_off) {
  size_t tl = strlen(topic), n = 2 + tl + (qos ? 2 : 0) + size_;
  p[0] = 0x30 | qos << 1; size_t o = 1 + put_len(p + 1, n); o += put_str(p + o, topic);
  *pid_off = 0; if (qos) { *pid_off = o; p[o++] = 0; p[o++] = 1; }
  memset(p + o, 'x', size_); return o + size_;
}

static void want(Client *c, int rd, int wr) { struct epoll_event e = { .events = (rd ? EPOLLIN : 0) | (wr ? EPOLLOUT : 0), .data.ptr = c }; epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e); }
static void queue(Client *c, const uint8_t *b, size_t n) {
  if (c->out_off == c->out_len) c->out_off = c->out_len = 0;
  if (c->out_len + n > c->out_cap) { c->out_cap = (c->out_len + n) * 2; c->out = realloc(c->out, c->out_cap); if (!c->out) die("memory"); }
  memcpy(c->out + c->out_len, b, n); c->out_len += n;
}
/* Writes what is queued; true when all of it left. */
static int flush(Client *c) {
  while (c->out_off < c->out_len) {
    ssize_t n = give(c->fd, c->out + c->out_off, c->out_len - c->out_off);
    if (n < 0) { if (errno == EAGAIN) { want(c, 1, 1); return 0; } refused++; return 0; }
    c->out_off += n;
  }
  c->out_off = c->out_len = 0; return 1;
}
static int dial_tcp(void) {
  int s = socket(AF_INET, SOCK_STREAM, 0), one = 1; if (s < 0) die("socket");
  struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  if (connect(s, (struct sockaddr *)&a, sizeof a)) die("connect");
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); return s;
}
static int dial(void) { int s = dial_tcp(); if (encrypted) encrypt(&s, 1); return s; }
static void exact(int fd, uint8_t *b, size_t n) { while (n) { ssize_t r = take(fd, b, n); if (r <= 0) die("closed during set-up"); b += r; n -= r; } }

static Client *open_client(const char *prefix, int id, const char *filter) {
  Client *c = calloc(1, sizeof *c); c->fd = dial(); c->id = id; c->in = malloc(filter || qos ? IN_CAP : 4096);
  uint8_t b[512]; char name[64]; snprintf(name, sizeof name, "%s%d-%d", prefix, (int)getpid(), id);
  size_t n = enc_connect(b, name); if (give(c->fd, b, n) != (ssize_t)n) die("write");
  exact(c->fd, b, 4); if (b[3]) refused++;
  if (filter) { n = enc_subscribe(b, filter); if (give(c->fd, b, n) != (ssize_t)n) die("write"); exact(c->fd, b, 5); if (b[4] > 2) refused++; }
  fcntl(c->fd, F_SETFL, O_NONBLOCK);
  struct epoll_event e = { .events = EPOLLIN, .data.ptr = c }; epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &e);
  return c;
}
static void note(Times *t, double s);
/* Reads and counts whole packets: PUBLISH (answered when qos > 0), PUBACK, PUBREC, PUBREL, PUBCOMP. */
static int paced_mode;
static long pump(Client *c) {
  long got = 0;
  for (;;) {
    ssize_t r = take(c->fd, c->in + c->in_len, IN_CAP - c->in_len);
    if (r < 0) { if (errno == EAGAIN) break; r = 0; }
    if (r == 0) { refused++; epoll_ctl(ep, EPOLL_CTL_DEL, c->fd, 0); break; }
    c->in_len += r; size_t p = 0;
    while (p + 2 <= c->in_len) {
      size_t q = p + 1, l = 0, sh = 0; int done = 0;
      while (q < c->in_len && sh < 28) { uint8_t b = c->in[q++]; l |= (size_t)(b & 127) << sh; sh += 7; if (!(b & 128)) { done = 1; break; } }
      if (!done || q + l > c->in_len) break;
      uint8_t h = c->in[p];
      switch (h >> 4) {
        case 3: { got++; received++; int qq = (h >> 1) & 3; size_t tl = c->in[q] << 8 | c->in[q + 1];
          if (paced_mode) { double due; memcpy(&due, c->in + q + 2 + tl + (qq ? 2 : 0), sizeof due); note(&lat, now() - due); }
          if (qq) { uint8_t a[4] = { qq == 1 ? 0x40 : 0x50, 2, c->in[q + 2 + tl], c->in[q + 3 + tl] }; queue(c, a, 4); } break; }
        case 4: case 7: acked++; break;
        case 5: { uint8_t a[4] = { 0x62, 2, c->in[q], c->in[q + 1] }; queue(c, a, 4); break; }
        case 6: { uint8_t a[4] = { 0x70, 2, c->in[q], c->in[q + 1] }; queue(c, a, 4); break; }
        case 14: refused++; break;
      }
      p = q + l;
    }
    memmove(c->in, c->in + p, c->in_len -= p);
    if (r < 65536 && !encrypted) break;
  }
  flush(c); return got;
}
static void note(Times *t, double s) { if (t->n == t->cap) { t->cap = t->cap ? t->cap * 2 : 1 << 16; t->ms = realloc(t->ms, t->cap * sizeof *t->ms); if (!t->ms) die("memory"); } t->ms[t->n++] = s * 1e3; }
static int by_value(const void *a, const void *b) { float x = *(float *)a, y = *(float *)b; return x < y ? -1 : x > y; }
static void sort(Times *t) { qsort(t->ms, t->n, sizeof *t->ms, by_value); }
static double pct(const Times *t, double q) { return t->n ? t->ms[(long)((t->n - 1) * q)] : 0; }

static int flood(void) {
  struct epoll_event ev[256]; char topic[64]; uint8_t one[512 + 65536];
  for (int i = 0; i < subs; i++) open_client("s", i, "bench/#");
  Client **pub = calloc(pubs, sizeof *pub); uint8_t **batch = calloc(pubs, sizeof *batch); size_t blen = 0, offs[BATCH];
  for (int i = 0; i < pubs; i++) {
    pub[i] = open_client("p", i, 0); pub[i]->is_pub = 1; if (!qos) { free(pub[i]->in); pub[i]->in = malloc(IN_CAP); }
    batch[i] = malloc(BATCH * (size_ + 64)); blen = 0;
    for (int k = 0; k < BATCH; k++) { snprintf(topic, sizeof topic, "bench/%04d/%04d", i, k % topics); size_t po, n = enc_publish(one, topic, &po); memcpy(batch[i] + blen, one, n); offs[k] = blen + po; blen += n; }
  }
  double t0 = now(), u0 = used(), end = t0 + secs, last = t0;
  for (;;) {
    double t = now(); int open = t < end;
    if (open) for (int i = 0; i < pubs; i++) {
      long behind = (qos ? sent - acked : 0), lag = subs ? sent - received / subs : 0;
      if (behind > window || lag > window) break;
      Client *c = pub[i]; if (c->out_len != c->out_off) continue;
      if (qos) for (int k = 0; k < BATCH; k++) { c->pid = c->pid % 65535 + 1; batch[i][offs[k]] = c->pid >> 8; batch[i][offs[k] + 1] = c->pid; }
      queue(c, batch[i], blen); sent += BATCH; flush(c);
    }
    int n = epoll_wait(ep, ev, 256, open ? 1 : 50); long before = received + acked;
    for (int i = 0; i < n; i++) { Client *c = ev[i].data.ptr; if (ev[i].events & EPOLLOUT && flush(c)) want(c, 1, 0); if (ev[i].events & (EPOLLIN | EPOLLHUP)) pump(c); }
    if (received + acked != before) last = now();
    if (!open && ((received >= sent * subs && (!qos || acked >= sent)) || now() - last > 5)) break;
  }
  double dt = last - t0, cpu = (used() - u0) / (now() - t0); long lost = sent * subs - received, unacked = qos ? sent - acked : 0;
  printf("{\"mode\":\"flood\",\"port\":%d,\"qos\":%d,\"pubs\":%d,\"subs\":%d,\"bytes\":%d,\"sent_per_s\":%.0f,\"delivered_per_s\":%.0f,\"sent\":%ld,\"received\":%ld,\"lost\":%ld,\"unacked\":%ld,\"refused\":%ld,\"cpu\":%.3f}\n",
    port, qos, pubs, subs, size_, sent / dt, received / dt, sent, received, lost, unacked, refused, cpu);
  return lost || unacked || refused;
}
static int pingpong(void) {
  struct epoll_event ev[512]; char topic[64]; uint8_t one[512 + 65536]; Client **c = calloc(clients, sizeof *c); size_t po;
  for (int i = 0; i < clients; i++) { snprintf(topic, sizeof topic, "own/%d/%d", (int)getpid(), i); c[i] = open_client("c", i, topic); }
  double t0 = now(), u0 = used(), end = t0 + secs, last = t0;
  for (int i = 0; i < clients; i++) { snprintf(topic, sizeof topic, "own/%d/%d", (int)getpid(), i); size_t n = enc_publish(one, topic, &po); queue(c[i], one, n); c[i]->sent_at = now(); sent++; flush(c[i]); }
  for (;;) {
    int n = epoll_wait(ep, ev, 512, 100), open = now() < end;
    for (int i = 0; i < n; i++) {
      Client *k = ev[i].data.ptr; if (ev[i].events & EPOLLOUT && flush(k)) want(k, 1, 0);
      if (!(ev[i].events & (EPOLLIN | EPOLLHUP)) || !pump(k)) continue;
      double t = last = now(); if (!open) continue;
      note(&lat, t - k->sent_at); k->trips++; k->sent_at = t; snprintf(topic, sizeof topic, "own/%d/%d", (int)getpid(), k->id);
      size_t m = enc_publish(one, topic, &po); if (qos) { k->pid = k->pid % 65535 + 1; one[po] = k->pid >> 8; one[po + 1] = k->pid; } queue(k, one, m); sent++; flush(k);
    }
    if (!open && (received >= sent || now() - last > 5)) break;
  }
  double dt = end - t0, cpu = (used() - u0) / (now() - t0); long least = c[0]->trips, lost = sent - received;
  for (int i = 1; i < clients; i++) if (c[i]->trips < least) least = c[i]->trips;
  sort(&lat);
  printf("{\"mode\":\"pingpong\",\"port\":%d,\"qos\":%d,\"clients\":%d,\"bytes\":%d,\"roundtrips_per_s\":%.0f,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.1f,\"least_share\":%.3f,\"lost\":%ld,\"refused\":%ld,\"cpu\":%.3f}\n",
    port, qos, clients, size_, lat.n / dt, pct(&lat, .5), pct(&lat, .99), pct(&lat, .999), pct(&lat, 1),
    lat.n ? least * (double)clients / lat.n : 0, lost, refused, cpu);
  return lost || refused;
}
static int paced(void) {
  struct epoll_event ev[512]; char topic[64]; uint8_t one[512 + 65536]; Client **c = calloc(clients, sizeof *c); size_t po;
  if (size_ < 8) size_ = 8;
  for (int i = 0; i < clients; i++) { snprintf(topic, sizeof topic, "own/%d/%d", (int)getpid(), i); c[i] = open_client("c", i, topic); }
  paced_mode = 1; double t0 = now(), u0 = used(), end = t0 + secs, last = t0;
  for (;;) {
    double t = now(); int open = t < end;
    while (open && t0 + sent / (double)rate <= t) {
      Client *k = c[sent % clients]; double due = t0 + sent / (double)rate; snprintf(topic, sizeof topic, "own/%d/%d", (int)getpid(), k->id);
      size_t n = enc_publish(one, topic, &po); memcpy(one + n - size_, &due, sizeof due);
      if (qos) { k->pid = k->pid % 65535 + 1; one[po] = k->pid >> 8; one[po + 1] = k->pid; }
      queue(k, one, n); sent++; note(&late, now() - due); flush(k);
    }
    int n = epoll_wait(ep, ev, 512, open ? (rate > 1000 ? 0 : 1) : 50); long before = received + acked;
    for (int i = 0; i < n; i++) { Client *k = ev[i].data.ptr; if (ev[i].events & EPOLLOUT && flush(k)) want(k, 1, 0); if (ev[i].events & (EPOLLIN | EPOLLHUP)) pump(k); }
    if (received + acked != before) last = now();
    if (!open && ((received >= sent && (!qos || acked >= sent)) || now() - last > 5)) break;
  }
  double cpu = (used() - u0) / (now() - t0); long unacked = qos ? sent - acked : 0; sort(&lat); sort(&late);
  printf("{\"mode\":\"paced\",\"port\":%d,\"qos\":%d,\"clients\":%d,\"bytes\":%d,\"rate\":%ld,\"received\":%ld,\"lost\":%ld,\"unacked\":%ld,\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"p999_ms\":%.3f,\"max_ms\":%.1f,\"late_p99_ms\":%.3f,\"refused\":%ld,\"cpu\":%.3f}\n",
    port, qos, clients, size_, rate, received, sent - received, unacked, pct(&lat, .5), pct(&lat, .99), pct(&lat, .999), pct(&lat, 1),
    pct(&late, .99), refused, cpu);
  return sent != received || unacked || refused;
}
static int connects(void) {
  long done = 0; double t0 = now(), u0 = used(); uint8_t b[256]; char id[64]; static const uint8_t bye[2] = { 0xe0, 0 };
  int *fd = malloc(clients * sizeof *fd);
  while (now() - t0 < secs) {
    for (int i = 0; i < clients; i++) fd[i] = dial_tcp();
    if (encrypted) encrypt(fd, clients);
    for (int i = 0; i < clients; i++) { snprintf(id, sizeof id, "k%d-%d", (int)getpid(), i); size_t n = enc_connect(b, id); if (give(fd[i], b, n) != (ssize_t)n) die("write"); }
    for (int i = 0; i < clients; i++) { double t = now(); exact(fd[i], b, 4); note(&lat, now() - t); if (b[3]) refused++; if (give(fd[i], bye, 2) != 2) refused++; hang_up(fd[i]); done++; }
  }
  printf("{\"mode\":\"connect\",\"port\":%d,\"parallel\":%d,\"connects_per_s\":%.0f,\"refused\":%ld,\"cpu\":%.3f}\n",
    port, clients, done / (now() - t0), refused, (used() - u0) / (now() - t0));
  return refused != 0;
}
static int idle(void) {
  double t0 = now(); for (int i = 0; i < clients; i++) { Client *c = open_client("i", i, 0); free(c->in); c->in = 0; }
  double dt = now() - t0; fprintf(stderr, "%d open\n", clients); struct timespec ts = { (long)secs, 0 }; nanosleep(&ts, 0);
  struct epoll_event ev[256]; refused += epoll_wait(ep, ev, 256, 0);
  printf("{\"mode\":\"idle\",\"port\":%d,\"clients\":%d,\"connects_per_s\":%.0f,\"refused\":%ld}\n", port, clients, clients / dt, refused);
  return refused != 0;
}
/* Filters in packets of a hundred, each acknowledged before the next. */
static void subscribe_many(Client *c) {
  for (int i = 0; i < subs;) {
    uint8_t b[8192], body[8192]; size_t n = 2; char f[64]; int k = 0; body[0] = 0; body[1] = 1;
    for (; k < 100 && i < subs; k++, i++) {
      long at = (long)c->id * subs + i;
      snprintf(f, sizeof f, at % 10 ? "site/%ld/device/%ld/value" : "site/%ld/device/%ld/+", at / 1000, at % 1000);
      n += put_str(body + n, f); body[n++] = qos;
    }
    b[0] = 0x82; size_t l = put_len(b + 1, n); memcpy(b + 1 + l, body, n);
    if (give(c->fd, b, 1 + l + n) != (ssize_t)(1 + l + n)) die("write");
    exact(c->fd, b, 4 + k); for (int j = 0; j < k; j++) if (b[4 + j] > 2) refused++;
  }
}
static int subscribe(void) {
  double t0 = now(); for (int i = 0; i < clients; i++) { Client *c = open_client("b", i, 0); fcntl(c->fd, F_SETFL, 0); subscribe_many(c); }
  double dt = now() - t0; fprintf(stderr, "%d open\n", clients); struct timespec ts = { (long)secs, 0 }; nanosleep(&ts, 0);
  struct epoll_event ev[256]; refused += epoll_wait(ep, ev, 256, 0);
  printf("{\"mode\":\"subscribe\",\"port\":%d,\"clients\":%d,\"subscriptions\":%ld,\"subscribed_per_s\":%.0f,\"refused\":%ld}\n",
    port, clients, (long)clients * subs, (double)clients * subs / dt, refused);
  return refused != 0;
}
int main(int argc, char **argv) {
  int o; struct rlimit rl; getrlimit(RLIMIT_NOFILE, &rl); rl.rlim_cur = rl.rlim_max; setrlimit(RLIMIT_NOFILE, &rl);
  signal(SIGPIPE, SIG_IGN); /* a broker that is gone is counted, not died of */
  const char *mode = argc > 1 ? argv[1] : ""; optind = 2;
  while ((o = getopt(argc, argv, "p:P:S:q:s:w:T:n:t:r:ek")) != -1) switch (o) {
    case 'e': encrypted = 1; break; case 'k': keep = 1; break; case 'p': port = atoi(optarg); break; case 'P': pubs = atoi(optarg); break; case 'S': subs = atoi(optarg); break;
    case 'q': qos = atoi(optarg); break; case 's': size_ = atoi(optarg); break; case 'w': window = atol(optarg); break;
    case 'T': topics = atoi(optarg); break; case 'n': clients = atoi(optarg); break; case 'r': rate = atol(optarg); break; case 't': secs = atof(optarg); break; default: return 2; }
  if (size_ > 65536 || qos > 2 || topics < 1) { fprintf(stderr, "mqttload: -s at most 65536, -q 0..2\n"); return 2; }
  if (encrypted) prepare_tls(rl.rlim_cur);
  if ((ep = epoll_create1(0)) < 0) die("epoll");
  if (!strcmp(mode, "flood")) return flood();
  if (!strcmp(mode, "pingpong")) return pingpong();
  if (!strcmp(mode, "paced")) return paced();
  if (!strcmp(mode, "connect")) return connects();
  if (!strcmp(mode, "idle")) return idle();
  if (!strcmp(mode, "subscribe")) return subscribe();
  fprintf(stderr, "usage: mqttload flood|pingpong|paced|connect|idle|subscribe -p PORT [options], see the head of mqttload.c\n"); return 2;
}
