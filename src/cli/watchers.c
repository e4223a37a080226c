/* watchers - who looks at a room: a locked file each in its folder. */
#include "cli/watchers.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"

#define FOLDER "watchers"
#define TRIES 5
#define FILES_MOST 1000 /* looked at */
#define FLAGS (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)

/* Is the file at the path still the one that was opened? */
static bool
is_there(int fd, const char *path)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 && lstat(path, &named) == 0 &&
	       opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

/* Whoever counts may remove the file before it is locked: then once more. */
static int
take_file(const char *path)
{
	for (int i = 0; i < TRIES; i++) {
		int fd = open(path, O_RDWR | O_CREAT | FLAGS, 0600);

		if (fd < 0)
			return -1;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_there(fd, path))
			return fd;
		close(fd);
	}
	return -1;
}

void
watchers_join(struct watcher *w, const char *room)
{
	char folder[FS_PATH], host[64] = "host", name[96];

	w->fd = -1;
	gethostname(host, sizeof(host) - 1);
	for (char *p = host; *p != '\0'; p++)
		if (*p == '/')
			*p = '_';
	str_printf(name, sizeof(name), "%s.%d", host, (int)getpid());
	if (!fs_join(folder, room, FOLDER) || !fs_join(w->path, folder, name))
		return;
	(void)mkdir(folder, 0700); /* or it is there, or nobody counts us */
	w->fd = take_file(w->path);
}

void
watchers_leave(struct watcher *w)
{
	if (w->fd < 0)
		return;
	unlink(w->path);
	close(w->fd);
	w->fd = -1;
}

/* Does somebody hold the file?  One that nobody holds is removed. */
static bool
is_held(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | FLAGS);
	struct stat st;
	bool held = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		held = flock(fd, LOCK_EX | LOCK_NB) != 0;
		if (!held)
			unlinkat(folder, name, 0);
	}
	close(fd);
	return held;
}

int
watchers_count(const char *room)
{
	char path[FS_PATH];
	const struct dirent *one;
	int count = 0, files = 0;
	DIR *folder;

	if (!fs_join(path, room, FOLDER))
		return 0;
	folder = opendir(path);
	if (folder == NULL)
		return 0;
	while ((one = readdir(folder)) != NULL && files++ < FILES_MOST &&
	       count < WATCHERS_MOST)
		if (one->d_name[0] != '.')
			count += is_held(dirfd(folder), one->d_name);
	closedir(folder);
	return count;
}
