/* control_place - the control socket's name: made whole, owned, removed. */
#include "engine/control_place.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/str.h"

#define NEW_NAME ".control.new"
#define BACKLOG 64

static void
address_of(struct sockaddr_un *to, int dir_fd, const char *name)
{
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	str_printf(to->sun_path, sizeof(to->sun_path), "/proc/self/fd/%d/%s",
		   dir_fd, name);
}

static int
open_folder(const char *dir)
{
	return open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static int
new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

static enum err_code
failed(struct err *e, const char *what)
{
	return err_set(e, ERR_SYSTEM, "control socket: cannot %s: %s", what,
		       strerror(errno));
}

/* Its group is let in where the folder lets it in; others never are. */
static bool
set_mode(int dir_fd, const struct stat *folder)
{
	struct stat st;
	bool for_group = (folder->st_mode & S_IXGRP) != 0;

	if (for_group && fchownat(dir_fd, NEW_NAME, (uid_t)-1, folder->st_gid,
				  AT_SYMLINK_NOFOLLOW) != 0)
		for_group = false; /* not a member: better nobody */
	if (fchmodat(dir_fd, NEW_NAME, for_group ? 0660 : 0600, 0) != 0)
		return false;
	return fstatat(dir_fd, NEW_NAME, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISSOCK(st.st_mode);
}

/* A socket that was left behind makes room; nothing else does. */
static enum err_code
judge_old(int dir_fd, struct err *e)
{
	struct stat st;

	if (fstatat(dir_fd, CONTROL_NAME, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? ERR_NONE : failed(e, "look");
	if (S_ISSOCK(st.st_mode))
		return ERR_NONE;
	return err_set(e, ERR_INPUT,
		       CONTROL_NAME " in the room's folder is no socket: "
				    "remove it, or nobody can approve");
}

/* Named only when its mode is right, and heard only after that. */
static enum err_code
name_it(struct control_place *p, struct err *e)
{
	struct sockaddr_un address;
	struct stat st;

	address_of(&address, p->dir_fd, NEW_NAME);
	unlinkat(p->dir_fd, NEW_NAME, 0);
	if (fstat(p->dir_fd, &st) != 0)
		return failed(e, "look");
	if (bind(p->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		return failed(e, "make it");
	if (!set_mode(p->dir_fd, &st) || listen(p->fd, BACKLOG) != 0 ||
	    fstatat(p->dir_fd, NEW_NAME, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    renameat(p->dir_fd, NEW_NAME, p->dir_fd, CONTROL_NAME) != 0) {
		failed(e, "name it");
		unlinkat(p->dir_fd, NEW_NAME, 0);
		return e->code;
	}
	p->device = st.st_dev;
	p->inode = st.st_ino;
	return ERR_NONE;
}

enum err_code
control_place_take(struct control_place *p, const char *dir, struct err *e)
{
	*p = (struct control_place){ .dir_fd = open_folder(dir), .fd = -1 };
	if (p->dir_fd < 0)
		return failed(e, "open the room's folder");
	if (judge_old(p->dir_fd, e) != ERR_NONE)
		return e->code;
	p->fd = new_socket();
	if (p->fd < 0)
		return failed(e, "open it");
	return name_it(p, e);
}

bool
control_place_is_ours(const struct control_place *p)
{
	struct stat st;

	return p->inode != 0 &&
	       fstatat(p->dir_fd, CONTROL_NAME, &st, AT_SYMLINK_NOFOLLOW) ==
		       0 &&
	       st.st_dev == p->device && st.st_ino == p->inode;
}

void
control_place_leave(struct control_place *p)
{
	if (p->dir_fd >= 0 && control_place_is_ours(p))
		unlinkat(p->dir_fd, CONTROL_NAME, 0);
	if (p->fd >= 0)
		close(p->fd);
	if (p->dir_fd >= 0)
		close(p->dir_fd);
	*p = (struct control_place){ .dir_fd = -1, .fd = -1 };
}

enum err_code
control_connect(int *fd, const char *dir, struct err *e)
{
	struct sockaddr_un address;
	int dir_fd = open_folder(dir);
	int failure = errno;

	*fd = -1;
	if (dir_fd >= 0) {
		address_of(&address, dir_fd, CONTROL_NAME);
		*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (*fd < 0 || connect(*fd, (struct sockaddr *)&address,
				       sizeof(address)) != 0)
			failure = errno;
		else
			failure = 0;
		close(dir_fd);
	}
	if (failure == 0)
		return ERR_NONE;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	if (failure == EACCES || failure == EPERM)
		return err_set(e, ERR_REFUSED,
			       "%s does not let this account in: its owner "
			       "gives the folder a group of both and chmod "
			       "710, before the room is opened",
			       dir);
	if (failure == ENOENT || failure == ECONNREFUSED)
		return err_set(e, ERR_ABSENT,
			       "nobody holds %s: there is no plan to approve",
			       dir);
	return err_set(e, ERR_SYSTEM, "%s: cannot reach its console: %s", dir,
		       strerror(failure));
}
