/*
 * Notes every write, sync and rename of a program in a folder, in order, so that the test can tell afterwards what would be on
 * the disk if the power had gone at any point. Preloaded into the child; a sync is noted and not made, so that rounds are quick.
 *
 * A record: kind, file number, offset, lengths of two byte strings, the strings. All little-endian, see trace.rs.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CREATE = 1, WRITE, TRUNCATE, SYNC_BEGIN, SYNC_END, RENAME, UNLINK, MKDIR, SAID };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static size_t root_length;
static int trace = -1;
static char tracked[65536];

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("POWER_CUT_TRACE");
    root = getenv("POWER_CUT_ROOT");
    if (!path || !root) return;
    root_length = strlen(root);
    trace = syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
}

static void put(const void *bytes, size_t length) {
    const char *at = bytes;
    while (length > 0) {
        ssize_t done = syscall(SYS_write, trace, at, length);
        if (done <= 0) abort();
        at += done;
        length -= (size_t)done;
    }
}

/* The caller holds the lock. */
static void note(uint64_t kind, uint64_t file, uint64_t offset, const void *a, uint64_t na, const void *b, uint64_t nb) {
    uint64_t head[5] = {kind, file, offset, na, nb};
    put(head, sizeof head);
    put(a, na);
    put(b, nb);
}

/* The path below the root, or NULL. */
static const char *below(const char *path) {
    if (trace < 0 || strncmp(path, root, root_length) != 0) return NULL;
    if (path[root_length] == '/') return path + root_length + 1;
    return path[root_length] == 0 ? "" : NULL;
}

static const char *full(int folder, const char *path, char *buffer, size_t size) {
    if (path[0] == '/') return path;
    char link[64];
    snprintf(link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, buffer, size - 1);
    if (length < 0) return path;
    snprintf(buffer + length, size - (size_t)length, "/%s", path);
    return buffer;
}

static uint64_t number(int fd) {
    struct stat stat;
    return fstat(fd, &stat) == 0 ? stat.st_ino : 0;
}

static int open_noted(int folder, const char *given, int flags, mode_t mode) {
    char buffer[4096];
    const char *path = full(folder, given, buffer, sizeof buffer);
    const char *name = below(path);
    if (!name) return (int)syscall(SYS_openat, folder, given, flags, mode);
    pthread_mutex_lock(&lock);
    int fresh = access(path, F_OK) != 0;
    int fd = (int)syscall(SYS_openat, folder, given, flags, mode);
    if (fd >= 0 && fd < (int)sizeof tracked) {
        tracked[fd] = 1;
        if (fresh) note(CREATE, number(fd), 0, name, strlen(name), "", 0);
        else if (flags & O_TRUNC) note(TRUNCATE, number(fd), 0, "", 0, "", 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE(flags) mode_t mode = 0; if ((flags) & O_CREAT) { va_list list; va_start(list, flags); mode = va_arg(list, mode_t); va_end(list); }
int open(const char *path, int flags, ...) { MODE(flags) return open_noted(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_noted(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags) return open_noted(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags) return open_noted(folder, path, flags | O_LARGEFILE, mode); }

static int is_tracked(int fd) { return trace >= 0 && fd >= 0 && fd < (int)sizeof tracked && tracked[fd]; }

int close(int fd) {
    if (is_tracked(fd)) tracked[fd] = 0;
    return (int)syscall(SYS_close, fd);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    if (trace >= 0 && fd == 1) {
        /* What it says is noted before anybody can hear it. */
        pthread_mutex_lock(&lock);
        note(SAID, 0, 0, bytes, length, "", 0);
        pthread_mutex_unlock(&lock);
        return syscall(SYS_write, fd, bytes, length);
    }
    if (!is_tracked(fd)) return syscall(SYS_write, fd, bytes, length);
    pthread_mutex_lock(&lock);
    off_t offset = lseek(fd, 0, SEEK_CUR);
    ssize_t done = syscall(SYS_write, fd, bytes, length);
    if (done > 0) note(WRITE, number(fd), (uint64_t)offset, bytes, (uint64_t)done, "", 0);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    if (!is_tracked(fd)) return syscall(SYS_pwrite64, fd, bytes, length, offset);
    pthread_mutex_lock(&lock);
    ssize_t done = syscall(SYS_pwrite64, fd, bytes, length, offset);
    if (done > 0) note(WRITE, number(fd), (uint64_t)offset, bytes, (uint64_t)done, "", 0);
    pthread_mutex_unlock(&lock);
    return done;
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

int ftruncate64(int fd, off64_t length) {
    if (!is_tracked(fd)) return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_ftruncate, fd, length);
    if (result == 0) note(TRUNCATE, number(fd), (uint64_t)length, "", 0, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int sync_noted(int fd) {
    if (!is_tracked(fd)) return 0;
    pthread_mutex_lock(&lock);
    uint64_t file = number(fd);
    note(SYNC_BEGIN, file, (uint64_t)gettid(), "", 0, "", 0);
    pthread_mutex_unlock(&lock);
    usleep(200);
    pthread_mutex_lock(&lock);
    note(SYNC_END, file, (uint64_t)gettid(), "", 0, "", 0);
    pthread_mutex_unlock(&lock);
    return 0;
}
int fsync(int fd) { return sync_noted(fd); }
int fdatasync(int fd) { return sync_noted(fd); }

int rename(const char *from, const char *to) {
    const char *a = below(from), *b = below(to);
    if (!a || !b) return (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    if (result == 0) note(RENAME, 0, 0, a, strlen(a), b, strlen(b));
    pthread_mutex_unlock(&lock);
    return result;
}

int unlinkat(int folder, const char *given, int flags) {
    char buffer[4096];
    const char *name = below(full(folder, given, buffer, sizeof buffer));
    if (!name) return (int)syscall(SYS_unlinkat, folder, given, flags);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_unlinkat, folder, given, flags);
    if (result == 0) note(UNLINK, 0, 0, name, strlen(name), "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdir(const char *path, mode_t mode) {
    const char *name = below(path);
    if (!name) return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    pthread_mutex_lock(&lock);
    int result = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
    struct stat stat;
    if (result == 0 && lstat(path, &stat) == 0) note(MKDIR, stat.st_ino, 0, name, strlen(name), "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}
