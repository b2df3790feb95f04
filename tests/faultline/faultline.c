/* Counts the system calls of a program that change watched folders, and makes the n-th go wrong.
 *
 * Loaded with LD_PRELOAD. Told by environment variables:
 *   FAULTLINE_ROOTS  absolute real paths, ':' between them: what is watched
 *   FAULTLINE_LOG    a file outside of them: one line per call (see `note`)
 *   FAULTLINE_AT     the number of the call that goes wrong, from 1; absent: none does
 *   FAULTLINE_DO     "kill": SIGKILL instead of the call; "tear": half a write, then SIGKILL;
 *                    a number: the call fails with that errno
 *   FAULTLINE_FOR    how many calls from FAULTLINE_AT on fail (default 1; 0: all of them)
 *   FAULTLINE_UNDO   a folder outside, on the same file system: keeps what calls destroy, so that
 *                    a power loss can be acted out afterwards
 *
 * Limits: calls are numbered per process; stores through mmap (SQLite's -shm) and io_uring are not
 * seen; a call interrupted half-way inside the kernel is not acted out, except for writes.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *roots, *undo;
static long at, span = 1, calls, saved;
static int action_errno, tearing, log_fd = -1;

/* Read what the environment tells, and count from 1; a fork calls it again when it becomes a run of its own. */
__attribute__((constructor)) void faultline_start(void) {
    const char *text;
    at = calls = saved = tearing = action_errno = 0;
    span = 1;
    roots = getenv("FAULTLINE_ROOTS");
    undo = getenv("FAULTLINE_UNDO");
    if ((text = getenv("FAULTLINE_AT"))) at = atol(text);
    if ((text = getenv("FAULTLINE_FOR"))) span = atol(text);
    if ((text = getenv("FAULTLINE_DO"))) {
        tearing = !strcmp(text, "tear");
        action_errno = atoi(text);
    }
    if ((text = getenv("FAULTLINE_LOG")))
        log_fd = syscall(SYS_openat, AT_FDCWD, text, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
}

static int watched(const char *path) {
    for (const char *root = roots; root && *root;) {
        size_t length = strcspn(root, ":");
        if (!strncmp(path, root, length) && (path[length] == '/' || !path[length])) return 1;
        root += length + (root[length] == ':');
    }
    return 0;
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

/* The absolute path of `name` below `folder`; its parent is resolved, the name itself is not. */
static int resolve(int folder, const char *name, char *path) {
    char joined[PATH_MAX], parent[PATH_MAX];
    if (!name) return 0;
    if (name[0] == '/') {
        snprintf(joined, sizeof joined, "%s", name);
    } else {
        char above[PATH_MAX];
        if (folder == AT_FDCWD ? !getcwd(above, sizeof above) : !path_of(folder, above)) return 0;
        if (snprintf(joined, sizeof joined, "%s/%s", above, name) >= (int)sizeof joined) return 0;
    }
    char *last = strrchr(joined, '/');
    if (last == joined) {
        snprintf(path, PATH_MAX, "%s", joined);
        return 1;
    }
    *last = 0;
    if (!realpath(joined, parent)) snprintf(parent, sizeof parent, "%s", joined);
    return snprintf(path, PATH_MAX, "%s/%s", parent, last + 1) < PATH_MAX;
}

static void note(const char *call, ino_t inode, long long offset, long long length, long long size,
                 const char *path, const char *other, long keep) {
    char line[3 * PATH_MAX];
    if (log_fd < 0) return;
    int n = snprintf(line, sizeof line, "%ld\t%s\t%llu\t%lld\t%lld\t%lld\t%s\t%s\t%ld\n", calls, call,
                     (unsigned long long)inode, offset, length, size, path, other, keep);
    if (syscall(SYS_write, log_fd, line, n) != n) abort();
}

static void die(void) {
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;) pause();
}

/* Count one call. Returns 1 when it is to fail; errno is set. */
static int faulty(void) {
    calls++;
    if (!at || calls < at || (span && calls >= at + span)) return 0;
    if (!action_errno && !tearing) die();
    errno = action_errno;
    return action_errno != 0;
}

static int due_to_tear(void) { return tearing && at && calls == at; }

/* Keep `length` bytes at `offset` of the open file: what the next call destroys. */
static long keep_bytes(int fd, long long offset, long long length) {
    char name[PATH_MAX], buffer[65536];
    if (!undo || length <= 0) return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    int source = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
    snprintf(name, sizeof name, "%s/%ld", undo, ++saved);
    int target = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (source < 0 || target < 0) abort();
    while (length > 0) {
        ssize_t n = syscall(SYS_pread64, source, buffer, length < 65536 ? length : 65536, offset);
        if (n <= 0) break;
        if (syscall(SYS_write, target, buffer, n) != n) abort();
        offset += n;
        length -= n;
    }
    syscall(SYS_close, source);
    syscall(SYS_close, target);
    return saved;
}

/* Keep the file `path` itself under another name: a rename or an unlink destroys it. */
static long keep_file(const char *path) {
    char name[PATH_MAX];
    if (!undo) return 0;
    snprintf(name, sizeof name, "%s/%ld", undo, saved + 1);
    return syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, name, 0) == 0 ? ++saved : 0;
}

static ino_t inode_of(const char *path) {
    struct stat status;
    return fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status.st_ino : 0;
}

/* ---- open -------------------------------------------------------------------------------- */

static int do_open(int folder, const char *name, int flags, mode_t mode) {
    char path[PATH_MAX];
    if (!(flags & (O_CREAT | O_TRUNC)) || !resolve(folder, name, path) || !watched(path))
        return syscall(SYS_openat, folder, name, flags, mode);
    pthread_mutex_lock(&lock);
    int fd = -1, kept_errno = 0;
    struct stat before;
    int existed = fstatat(AT_FDCWD, path, &before, 0) == 0;
    if (existed && !(flags & O_TRUNC)) {
        fd = syscall(SYS_openat, folder, name, flags, mode);
    } else if (!faulty()) {
        if (due_to_tear()) die();
        long keep = 0;
        if (existed && undo) {
            int old = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
            if (old >= 0) {
                keep = keep_bytes(old, 0, before.st_size);
                syscall(SYS_close, old);
            }
        }
        fd = syscall(SYS_openat, folder, name, flags, mode);
        kept_errno = errno;
        if (fd >= 0 && existed) note("truncate", before.st_ino, 0, before.st_size, before.st_size, path, "", keep);
        else if (fd >= 0) note("create", inode_of(path), 0, 0, 0, path, "", 0);
        errno = kept_errno;
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE(flags, mode)                                \
    mode_t mode = 0;                                     \
    if ((flags) & (O_CREAT | O_TMPFILE)) {               \
        va_list arguments;                               \
        va_start(arguments, flags);                      \
        mode = va_arg(arguments, int);                   \
        va_end(arguments);                               \
    }

int open(const char *name, int flags, ...) { MODE(flags, mode) return do_open(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE(flags, mode) return do_open(AT_FDCWD, name, flags, mode); }
int openat(int folder, const char *name, int flags, ...) { MODE(flags, mode) return do_open(folder, name, flags, mode); }
int openat64(int folder, const char *name, int flags, ...) { MODE(flags, mode) return do_open(folder, name, flags, mode); }
int creat(const char *name, mode_t mode) { return do_open(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode); }

/* ---- write ------------------------------------------------------------------------------- */

static ssize_t do_write(int fd, const void *body, size_t length, off_t offset, int positioned) {
    char path[PATH_MAX];
    struct stat status;
    if (fd == log_fd || !path_of(fd, path) || !watched(path) || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return positioned ? syscall(SYS_pwrite64, fd, body, length, offset) : syscall(SYS_write, fd, body, length);
    pthread_mutex_lock(&lock);
    ssize_t n = -1;
    if (!faulty()) {
        off_t where = positioned ? offset : (off_t)syscall(SYS_lseek, fd, 0, SEEK_CUR);
        if (!positioned && (fcntl(fd, F_GETFL) & O_APPEND)) where = status.st_size;
        long long covered = status.st_size - where;
        if (covered > (long long)length) covered = length;
        long keep = keep_bytes(fd, where, covered);
        int tear = due_to_tear();
        size_t amount = tear ? length / 2 : length;
        n = positioned ? syscall(SYS_pwrite64, fd, body, amount, offset) : syscall(SYS_write, fd, body, amount);
        int kept_errno = errno;
        if (n >= 0) note("write", status.st_ino, where, n, status.st_size, path, "", keep);
        if (tear) die();
        errno = kept_errno;
    }
    pthread_mutex_unlock(&lock);
    return n;
}

ssize_t write(int fd, const void *body, size_t length) { return do_write(fd, body, length, 0, 0); }
ssize_t pwrite(int fd, const void *body, size_t length, off_t offset) { return do_write(fd, body, length, offset, 1); }
ssize_t pwrite64(int fd, const void *body, size_t length, off64_t offset) { return do_write(fd, body, length, offset, 1); }

ssize_t writev(int fd, const struct iovec *parts, int count) {
    char path[PATH_MAX];
    if (!path_of(fd, path) || !watched(path)) return syscall(SYS_writev, fd, parts, count);
    ssize_t total = 0;
    for (int i = 0; i < count; i++) {
        ssize_t n = do_write(fd, parts[i].iov_base, parts[i].iov_len, 0, 0);
        if (n < 0) return total ? total : -1;
        total += n;
        if ((size_t)n < parts[i].iov_len) break;
    }
    return total;
}

static int do_truncate(int fd, off_t size) {
    char path[PATH_MAX];
    struct stat status;
    if (!path_of(fd, path) || !watched(path) || fstat(fd, &status) != 0) return syscall(SYS_ftruncate, fd, size);
    pthread_mutex_lock(&lock);
    int result = -1;
    if (!faulty()) {
        if (due_to_tear()) die();
        long keep = keep_bytes(fd, size, status.st_size - size);
        result = syscall(SYS_ftruncate, fd, size);
        int kept_errno = errno;
        if (!result) note("truncate", status.st_ino, size, status.st_size - size, status.st_size, path, "", keep);
        errno = kept_errno;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate(int fd, off_t size) { return do_truncate(fd, size); }
int ftruncate64(int fd, off64_t size) { return do_truncate(fd, size); }

/* ---- flush ------------------------------------------------------------------------------- */

static int do_sync(long number, const char *call, int fd) {
    char path[PATH_MAX];
    struct stat status;
    if (!path_of(fd, path) || !watched(path) || fstat(fd, &status) != 0) return syscall(number, fd);
    pthread_mutex_lock(&lock);
    int result = -1;
    if (!faulty()) {
        if (due_to_tear()) die();
        result = syscall(number, fd);
        if (!result) note(S_ISDIR(status.st_mode) && number != SYS_syncfs ? "syncdir" : call, status.st_ino, 0, 0, 0, path, "", 0);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int fd) { return do_sync(SYS_fsync, "sync", fd); }
int fdatasync(int fd) { return do_sync(SYS_fdatasync, "sync", fd); }
int syncfs(int fd) { return do_sync(SYS_syncfs, "syncall", fd); }

/* ---- names ------------------------------------------------------------------------------- */

static int do_rename(int from, const char *source, int to, const char *target, unsigned flags) {
    char path[PATH_MAX], other[PATH_MAX];
    if (!resolve(from, source, path) || !resolve(to, target, other) || (!watched(path) && !watched(other)))
        return syscall(SYS_renameat2, from, source, to, target, flags);
    pthread_mutex_lock(&lock);
    int result = -1;
    if (!faulty()) {
        if (due_to_tear()) die();
        ino_t inode = inode_of(path);
        long keep = keep_file(other);
        result = syscall(SYS_renameat2, from, source, to, target, flags);
        int kept_errno = errno;
        if (!result) note("rename", inode, 0, 0, 0, path, other, keep);
        errno = kept_errno;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int rename(const char *source, const char *target) { return do_rename(AT_FDCWD, source, AT_FDCWD, target, 0); }
int renameat(int from, const char *source, int to, const char *target) { return do_rename(from, source, to, target, 0); }
int renameat2(int from, const char *source, int to, const char *target, unsigned flags) {
    return do_rename(from, source, to, target, flags);
}

static int do_unlink(int folder, const char *name, int flags) {
    char path[PATH_MAX];
    if (!resolve(folder, name, path) || !watched(path)) return syscall(SYS_unlinkat, folder, name, flags);
    pthread_mutex_lock(&lock);
    int result = -1;
    ino_t inode = inode_of(path);
    if (!inode) {
        result = syscall(SYS_unlinkat, folder, name, flags);
    } else if (!faulty()) {
        if (due_to_tear()) die();
        long keep = flags & AT_REMOVEDIR ? 0 : keep_file(path);
        result = syscall(SYS_unlinkat, folder, name, flags);
        int kept_errno = errno;
        if (!result) note(flags & AT_REMOVEDIR ? "rmdir" : "unlink", inode, 0, 0, 0, path, "", keep);
        errno = kept_errno;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int unlink(const char *name) { return do_unlink(AT_FDCWD, name, 0); }
int unlinkat(int folder, const char *name, int flags) { return do_unlink(folder, name, flags); }
int rmdir(const char *name) { return do_unlink(AT_FDCWD, name, AT_REMOVEDIR); }

static int do_mkdir(int folder, const char *name, mode_t mode) {
    char path[PATH_MAX];
    if (!resolve(folder, name, path) || !watched(path) || inode_of(path)) return syscall(SYS_mkdirat, folder, name, mode);
    pthread_mutex_lock(&lock);
    int result = -1;
    if (!faulty()) {
        if (due_to_tear()) die();
        result = syscall(SYS_mkdirat, folder, name, mode);
        int kept_errno = errno;
        if (!result) note("mkdir", inode_of(path), 0, 0, 0, path, "", 0);
        errno = kept_errno;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int mkdir(const char *name, mode_t mode) { return do_mkdir(AT_FDCWD, name, mode); }
int mkdirat(int folder, const char *name, mode_t mode) { return do_mkdir(folder, name, mode); }

static int do_link(int from, const char *source, int to, const char *target, int flags) {
    char path[PATH_MAX];
    if (!resolve(to, target, path) || !watched(path)) return syscall(SYS_linkat, from, source, to, target, flags);
    pthread_mutex_lock(&lock);
    int result = -1;
    if (!faulty()) {
        if (due_to_tear()) die();
        result = syscall(SYS_linkat, from, source, to, target, flags);
        int kept_errno = errno;
        if (!result) note("create", inode_of(path), 0, 0, 0, path, "", 0);
        errno = kept_errno;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int link(const char *source, const char *target) { return do_link(AT_FDCWD, source, AT_FDCWD, target, 0); }
int linkat(int from, const char *source, int to, const char *target, int flags) {
    return do_link(from, source, to, target, flags);
}
