/* doctor_host - this terminal and this machine. */
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fsio.h"
#include "base/str.h"
#include "cli/doctor.h"
#include "cli/load.h"
#include "ui/term_name.h"

#define ROWS_GOOD 24
#define COLS_GOOD 80
#define ROWS_LEAST 5
#define COLS_LEAST 20
#define ESCAPE_MOST_MS 50	/* a lone escape waits so long in tmux */
#define FREE_LEAST (10LL << 20) /* a night's journal and its report */
#define FREE_GOOD (200LL << 20)
#define FILES_BASE 64	   /* journal, log, control socket, libraries */
#define FILES_A_PROBE 16   /* every address of a name at once */
#define CLOCK_GOOD_MS 1000 /* SigV4 and OAuth tolerate minutes, people not */
#define NFS_MAGIC 0x6969
#define SMB_MAGIC 0x517b
#define CIFS_MAGIC 0xff534d42
#define CA_BUNDLE "/etc/ssl/certs/ca-certificates.crt"

static bool
tput(char *out, size_t size, const char *name, const char *what)
{
	const char *place = str_same(what, "cup") ? "1" : NULL;
	const char *const argv[] = { "tput", "-T",  name, what,
				     place,  place, NULL };

	return doctor_ask(out, size, argv);
}

/* The description that the console would use, and its colours (-1: none);
 * `name` stays "" when no relative of $TERM is known. */
static bool
find_terminal(char *name, size_t size, const char *given, int64_t *colors)
{
	const char *names[TERM_NAMES];
	size_t count = term_names(given, getenv("TMUX") != NULL, names);
	char text[80];

	for (size_t i = 0; i < count; i++) {
		if (!tput(text, sizeof(text), names[i], "longname"))
			continue;
		str_copy(name, size, names[i]);
		if (!tput(text, sizeof(text), names[i], "colors") ||
		    !str_to_int(text, colors))
			*colors = -1;
		return tput(text, sizeof(text), names[i], "cup");
	}
	return false;
}

static void
check_terminal(struct doctor *d)
{
	const char *given = getenv("TERM");
	char name[64] = "";
	int64_t colors = -1;

	if (given == NULL || given[0] == '\0' || str_same(given, "dumb")) {
		doctor_say(d, DOCTOR_WARN, "terminal",
			   "set TERM to the terminal's name for the screen",
			   "TERM is %s: plain lines instead of the screen",
			   given == NULL || given[0] == '\0' ? "not set"
							     : "dumb");
		return;
	}
	if (!find_terminal(name, sizeof(name), given, &colors)) {
		doctor_say(d, DOCTOR_CANNOT, "terminal",
			   "install its terminfo (on your own machine: infocmp "
			   "-x | ssh HOST tic -x -), or TERM=xterm-256color",
			   "TERM %s %s: no screen, plain lines", given,
			   name[0] == '\0' ? "is not known here"
					   : "cannot place a cursor");
		return;
	}
	if (!str_same(given, name))
		doctor_say(d, DOCTOR_WARN, "terminal",
			   "install its terminfo: infocmp -x | ssh HOST tic "
			   "-x -",
			   "TERM %s is not known here, %s stands in for it",
			   given, name);
	else if (colors < 8)
		doctor_say(d, DOCTOR_WARN, "terminal",
			   "verdicts are words and signs all the same",
			   "%s has no colours", name);
	else
		doctor_say(d, DOCTOR_OK, "terminal", "", "%s, %lld colours",
			   name, (long long)colors);
}

static void
check_size(struct doctor *d)
{
	struct winsize w = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) != 0)
		doctor_say(d, DOCTOR_OK, "size", "",
			   "no terminal on stdout: not looked at");
	else if (w.ws_col < COLS_LEAST || w.ws_row < ROWS_LEAST)
		doctor_say(d, DOCTOR_CANNOT, "size", "make the window larger",
			   "%dx%d holds no console, %dx%d is the least",
			   w.ws_col, w.ws_row, COLS_LEAST, ROWS_LEAST);
	else if (w.ws_col < COLS_GOOD || w.ws_row < ROWS_GOOD)
		doctor_say(d, DOCTOR_WARN, "size", "make the window larger",
			   "%dx%d: a confirm may not fit below %dx%d", w.ws_col,
			   w.ws_row, COLS_GOOD, ROWS_GOOD);
	else
		doctor_say(d, DOCTOR_OK, "size", "", "%dx%d", w.ws_col,
			   w.ws_row);
}

static void
check_locale(struct doctor *d)
{
	const char *codeset = nl_langinfo(CODESET);

	if (str_same(codeset, "UTF-8"))
		doctor_say(d, DOCTOR_OK, "locale", "", "UTF-8");
	else
		doctor_say(d, DOCTOR_WARN, "locale",
			   "set LC_CTYPE=C.UTF-8 if the terminal shows UTF-8",
			   "%s: lines and signs are ASCII, names are spelled "
			   "out",
			   codeset);
}

static bool
tmux_option(char *out, size_t size, const char *flags, const char *name)
{
	const char *const argv[] = { "tmux", "show", flags, name, NULL };

	return doctor_ask(out, size, argv);
}

static void
check_tmux_options(struct doctor *d, const char *version)
{
	char escape[40], size[40], focus[40];
	int64_t escape_ms;

	if (!tmux_option(escape, sizeof(escape), "-sv", "escape-time") ||
	    !str_to_int(escape, &escape_ms)) {
		doctor_say(d, DOCTOR_WARN, "tmux",
			   "see \"tmux show -s escape-time\"",
			   "%s does not tell its options", version);
		return;
	}
	if (escape_ms > ESCAPE_MOST_MS)
		doctor_say(d, DOCTOR_WARN, "tmux", "tmux set -s escape-time 10",
			   "%s: escape-time %lld ms delays the key esc",
			   version, (long long)escape_ms);
	else
		doctor_say(d, DOCTOR_OK, "tmux", "", "%s, escape-time %lld ms",
			   version, (long long)escape_ms);
	if (tmux_option(size, sizeof(size), "-gwv", "window-size") &&
	    str_same(size, "latest"))
		doctor_say(d, DOCTOR_WARN, "tmux window",
			   "tmux set -w window-size smallest; observers attach "
			   "with -f read-only,ignore-size",
			   "window-size latest: the screen changes its size "
			   "with whoever types");
	if (tmux_option(focus, sizeof(focus), "-sv", "focus-events") &&
	    str_same(focus, "on"))
		doctor_say(d, DOCTOR_WARN, "tmux focus",
			   "tmux set -s focus-events off",
			   "focus-events on: each viewer's focus comes in as "
			   "keys");
}

static void
check_tmux(struct doctor *d)
{
	const char *const argv[] = { "tmux", "-V", NULL };
	char version[80];

	if (!doctor_ask(version, sizeof(version), argv))
		doctor_say(d, DOCTOR_WARN, "tmux", "install tmux",
			   "tmux is not here: a lost link takes the screen "
			   "with it");
	else if (getenv("TMUX") == NULL)
		doctor_say(d, DOCTOR_WARN, "tmux",
			   "start the console in \"tmux new -s warroom\"",
			   "%s is here, but this is not inside it: a lost link "
			   "takes the screen with it",
			   version);
	else
		check_tmux_options(d, version);
}

static void
check_agent(struct doctor *d)
{
	const char *path = getenv("SSH_AUTH_SOCK");
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd;

	if (path == NULL || path[0] == '\0') {
		doctor_say(d, DOCTOR_OK, "ssh agent", "",
			   "none: keys are read from files");
		return;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && str_copy(at.sun_path, sizeof(at.sun_path), path) &&
	    connect(fd, (const struct sockaddr *)&at, sizeof(at)) == 0)
		doctor_say(d, DOCTOR_OK, "ssh agent", "", "answers at %s",
			   path);
	else
		doctor_say(d, DOCTOR_WARN, "ssh agent",
			   "log in again with ssh -A, or eval $(ssh-agent)",
			   "SSH_AUTH_SOCK names %s, but nobody answers there",
			   path);
	if (fd >= 0)
		close(fd);
}

/* A file is made and removed: modes and read-only mounts lie. */
static bool
can_write(const char *dir)
{
	char path[FS_PATH];
	int fd;

	if (!str_printf(path, sizeof(path), "%s/.doctor-%ld", dir,
			(long)getpid()))
		return false;
	fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0)
		return false;
	close(fd);
	unlink(path);
	return true;
}

static void
check_file_system(struct doctor *d, const char *dir)
{
	struct statfs fs;
	struct statvfs space;
	long long left;

	if (statfs(dir, &fs) == 0 &&
	    (fs.f_type == NFS_MAGIC || fs.f_type == SMB_MAGIC ||
	     (unsigned)fs.f_type == CIFS_MAGIC))
		doctor_say(d, DOCTOR_WARN, "state lock",
			   "point XDG_STATE_HOME to a local disk",
			   "%s is on a network file system: its locks may not "
			   "keep a second commander out",
			   dir);
	if (statvfs(dir, &space) != 0)
		return;
	left = (long long)space.f_bavail * (long long)space.f_frsize;
	doctor_say(d,
		   left < FREE_LEAST  ? DOCTOR_CANNOT
		   : left < FREE_GOOD ? DOCTOR_WARN
				      : DOCTOR_OK,
		   "state space",
		   left < FREE_GOOD ? "free some, or point XDG_STATE_HOME "
				      "elsewhere"
				    : "",
		   "%lld MiB are free in %s", left >> 20, dir);
}

static void
check_state(struct doctor *d)
{
	char dir[FS_PATH];
	struct stat st;
	struct err e;

	if (fs_state_dir(dir, &e) != ERR_NONE ||
	    fs_make_dirs(dir, 0700, &e) != ERR_NONE) {
		doctor_say(d, DOCTOR_CANNOT, "state",
			   "set XDG_STATE_HOME to a folder of yours", "%s",
			   e.text);
		return;
	}
	if (!can_write(dir)) {
		doctor_say(d, DOCTOR_CANNOT, "state",
			   "set XDG_STATE_HOME to a folder of yours",
			   "%s cannot be written: no journal, no room", dir);
		return;
	}
	if (stat(dir, &st) == 0 && (st.st_mode & 022) != 0)
		doctor_say(d, DOCTOR_WARN, "state", "chmod go-w it",
			   "%s can be written by others (mode %04o)", dir,
			   (unsigned)st.st_mode & 07777U);
	else
		doctor_say(d, DOCTOR_OK, "state", "", "%s can be written", dir);
	check_file_system(d, dir);
}

/* The kernel knows whether somebody keeps its clock, without any network. */
static void
check_clock(struct doctor *d)
{
	struct timex t = { .modes = 0 };
	int state = adjtimex(&t);
	long long offset_ms;

	if (state < 0) {
		doctor_say(d, DOCTOR_WARN, "clock",
			   "compare it with another host's",
			   "unknown: the kernel does not tell (%s)",
			   strerror(errno));
		return;
	}
	if (state == TIME_ERROR || (t.status & STA_UNSYNC) != 0) {
		doctor_say(d, DOCTOR_WARN, "clock",
			   "start chrony or systemd-timesyncd, or compare it "
			   "with another host's",
			   "nobody keeps this clock: its offset is unknown");
		return;
	}
	offset_ms = (t.status & STA_NANO) != 0 ? t.offset / 1000000
					       : t.offset / 1000;
	if (offset_ms < 0)
		offset_ms = -offset_ms;
	if (offset_ms > CLOCK_GOOD_MS)
		doctor_say(d, DOCTOR_WARN, "clock", "wait until it has settled",
			   "kept, but still %lld ms off", offset_ms);
	else
		doctor_say(d, DOCTOR_OK, "clock", "",
			   "kept, %lld ms off, at most %ld ms", offset_ms,
			   t.maxerror / 1000);
}

static void
check_limits(struct doctor *d, const struct book *book)
{
	struct rlimit files, core;
	size_t probes = book == NULL ? 0 : book->probe_count;
	unsigned long long need = FILES_BASE + FILES_A_PROBE * probes;

	if (getrlimit(RLIMIT_CORE, &core) == 0)
		doctor_say(d, core.rlim_cur == 0 ? DOCTOR_OK : DOCTOR_WARN,
			   "core dumps",
			   core.rlim_cur == 0 ? "" : "ulimit -c 0",
			   core.rlim_cur == 0 ? "off: no secret in a file"
					      : "on: they hold secrets");
	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return;
	if (files.rlim_cur == RLIM_INFINITY || files.rlim_cur >= need)
		doctor_say(d, DOCTOR_OK, "open files", "",
			   "%llu, %llu are enough",
			   (unsigned long long)files.rlim_cur, need);
	else
		doctor_say(d, DOCTOR_CANNOT, "open files",
			   files.rlim_max < need ? "have the hard limit raised "
						   "(limits.conf)"
						 : "raise it with ulimit -n",
			   "%llu, but %zu probes may need %llu",
			   (unsigned long long)files.rlim_cur, probes, need);
}

static void
check_bundle(struct doctor *d)
{
	struct stat st;

	if (access(CA_BUNDLE, R_OK) == 0 && stat(CA_BUNDLE, &st) == 0 &&
	    st.st_size > 0)
		doctor_say(d, DOCTOR_OK, "certificates", "", "%s", CA_BUNDLE);
	else
		doctor_say(d, DOCTOR_CANNOT, "certificates",
			   "install ca-certificates, or give each endpoint a "
			   "ca_file",
			   "%s cannot be read: no https can be verified",
			   CA_BUNDLE);
}

/* The themes lie beside the program, not in it. */
static void
check_themes(struct doctor *d)
{
	char path[FS_PATH];

	if (load_share(path, sizeof(path), "themes/dark.yaml"))
		doctor_say(d, DOCTOR_OK, "themes", "", "%s", path);
	else
		doctor_say(d, DOCTOR_WARN, "themes",
			   "run it from its tree, install it with \"make "
			   "install\", or give --theme FILE",
			   "none beside the program: the screen has no "
			   "colours");
}

void
doctor_host(struct doctor *d, const struct book *book)
{
	check_terminal(d);
	check_size(d);
	check_locale(d);
	check_themes(d);
	check_tmux(d);
	check_agent(d);
	check_state(d);
	check_clock(d);
	check_limits(d, book);
	check_bundle(d);
}
