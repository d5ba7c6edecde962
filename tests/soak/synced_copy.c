/* synced_copy - what a power cut would leave of a program's files: LD_PRELOAD it into the program.
 *
 *   gcc -O2 -shared -fPIC -o synced_copy.so synced_copy.c -ldl
 *
 * Each fsync() and fdatasync() of a regular file right in the folder SYNCED_FROM is followed by a copy of the whole file
 * to the folder SYNCED_TO, under its name and in one step. What was written and not synced is in no copy.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

/* The copy is not there: the test must not go on as if nothing had been synced. */
static void give_up(const char *what)
{
    perror(what);
    abort();
}

static void copy(const char *from, const char *to)
{
    static char buffer[1 << 20];
    char beside[3 * PATH_MAX];
    snprintf(beside, sizeof beside, "%s.new", to);
    /* Through a descriptor of its own, for it may be open for writing alone. */
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0) return; /* removed meanwhile */
    int out = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (out < 0) give_up(beside);
    for (ssize_t got; (got = read(in, buffer, sizeof buffer)) != 0;) {
        if (got < 0 || write(out, buffer, got) != got) give_up(beside);
    }
    close(in);
    close(out);
    if (rename(beside, to) < 0) give_up(to);
}

static void synced(int fd)
{
    const char *from = getenv("SYNCED_FROM"), *to = getenv("SYNCED_TO");
    char link[64], path[PATH_MAX], target[2 * PATH_MAX];
    struct stat about;
    if (from == NULL || to == NULL || fstat(fd, &about) < 0 || !S_ISREG(about.st_mode)) return;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    size_t folder = strlen(from);
    if (length < 0) return;
    path[length] = 0;
    if (strncmp(path, from, folder) != 0 || path[folder] != '/' || strchr(path + folder + 1, '/') != NULL) return;
    snprintf(target, sizeof target, "%s%s", to, path + folder);
    pthread_mutex_lock(&one_at_a_time);
    copy(path, target);
    pthread_mutex_unlock(&one_at_a_time);
}

static int sync_with(const char *name, int fd)
{
    int (*real)(int) = (int (*)(int)) dlsym(RTLD_NEXT, name);
    int result = real(fd);
    if (result == 0) synced(fd);
    return result;
}

int fsync(int fd) { return sync_with("fsync", fd); }

int fdatasync(int fd) { return sync_with("fdatasync", fd); }
