/* load - what every command does before its own work. */
#include "cli/load.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "action/action.h"
#include "base/clock.h"
#include "base/fsio.h"
#include "base/mem.h"
#include "base/str.h"
#include "cli/drills.h"
#include "conf/node.h"
#include "conf/scalar.h"
#include "net/identity.h"
#include "probe/probe.h"

#define MISSED_MEASUREMENTS 3
#define AGE_LEAST_MS 30000

struct conf_kinds
load_kinds(void)
{
	return (struct conf_kinds){ .probes = probe_specs(),
				    .steps = action_specs() };
}

void
load_print_findings(struct findings *f)
{
	struct buf out;

	findings_sort(f);
	buf_init(&out, 256 * 1024);
	findings_print(&out, f);
	fputs(buf_str(&out), stderr);
	buf_clear(&out);
}

int
load_book(const struct cli_command *self, const char *path, struct book **out)
{
	struct conf_kinds kinds = load_kinds();
	struct findings f = { 0 };
	struct err e = { .code = ERR_NONE };

	if (conf_load_book(out, path, &kinds, &f, &e) != ERR_NONE) {
		load_print_findings(&f);
		if (f.errors == 0)
			cli_fail(self, EXIT_USAGE, "%s", e.text);
		findings_clear(&f);
		return EXIT_USAGE;
	}
	load_print_findings(&f);
	findings_clear(&f);
	drills_load(*out);
	return -1;
}

struct book *
load_name_only(const char *path)
{
	struct findings ignored = { 0 };
	struct book *b = book_new();
	const struct node *id;
	struct err e;
	struct doc d = { 0 };

	if (doc_read(&d, path, &ignored, &e) == ERR_NONE) {
		id = node_get(d.root, "runbook");
		if (id != NULL && id->type == NODE_SCALAR &&
		    id_is_sound(id->text))
			str_copy(b->id, sizeof(b->id), id->text);
	}
	doc_clear(&d);
	findings_clear(&ignored);
	return b;
}

/* The secret an earlier endpoint read from the same variable: reading takes
 * it out of the environment. */
static const char *
secret_of_same_variable(const struct book *book, const struct book_endpoint *ep)
{
	for (const struct book_endpoint *b = book->endpoints; b < ep; b++)
		if (ep->secret_env != NULL && b->secret != NULL &&
		    str_same(b->secret_env, ep->secret_env))
			return b->secret;
	return NULL;
}

static bool
load_secret(const struct cli_command *self, const struct book *book,
	    struct book_endpoint *ep)
{
	const char *known = secret_of_same_variable(book, ep);
	struct err e = { .code = ERR_NONE };
	enum err_code c = ERR_NONE;

	if (known != NULL)
		ep->secret = mem_text(known);
	else if (ep->secret_env != NULL)
		c = identity_from_env(&ep->secret, ep->secret_env, &e);
	else if (ep->secret_file != NULL)
		c = identity_from_file(&ep->secret, ep->secret_file, &e);
	if (c == ERR_NONE)
		return true;
	cli_fail(self, EXIT_USAGE, "endpoint %s: %s", ep->id, e.text);
	return false;
}

int
load_secrets(const struct cli_command *self, struct book *book)
{
	bool good = true;

	for (size_t i = 0; i < book->endpoint_count; i++)
		if (!load_secret(self, book, &book->endpoints[i]))
			good = false;
	return good ? -1 : EXIT_USAGE;
}

static int64_t
age_of(const struct book_probe *p)
{
	int64_t age = MISSED_MEASUREMENTS * p->every_ms;

	if (age < AGE_LEAST_MS)
		age = AGE_LEAST_MS;
	/* The deadline is real time; a fast drill's room time is not. */
	return age + (int64_t)((double)p->timeout_ms * clock_speed());
}

static void
set_age(struct gate *gate, const struct book_probe *p, const char *signal)
{
	if (gate->max_age_ms == 0 && strcmp(gate->signal, signal) == 0)
		gate->max_age_ms = age_of(p);
}

void
load_ages(struct book *book)
{
	struct book_rollback *r = &book->rollback;

	for (size_t i = 0; i < book->probe_count; i++) {
		const struct book_probe *p = &book->probes[i];

		for (size_t j = 0; j < p->signal_count; j++) {
			const char *name = p->signals[j].name;

			for (size_t g = 0; g < book->gates.gate_count; g++)
				set_age(&book->gates.gates[g], p, name);
			for (size_t v = 0; v < r->validation_count; v++)
				set_age(&r->validations[v].gate, p, name);
			for (size_t n = 0; n < r->drain_count; n++)
				set_age(&r->drains[n].gate, p, name);
		}
	}
}

void
load_commander(char *to, size_t size)
{
	const char *name = getenv("WARROOM_COMMANDER");
	const struct passwd *pw;

	if (name == NULL || name[0] == '\0') {
		pw = getpwuid(getuid());
		name = pw != NULL ? pw->pw_name : "commander";
	}
	str_copy(to, size, name);
}

enum err_code
load_room_dir(char *to, size_t size, const char *given, const struct book *book,
	      struct err *e)
{
	char state[FS_PATH];

	if (given != NULL) {
		if (str_starts(given, "etcd://"))
			return err_set(e, ERR_ARG,
				       "--room %s: rooms on etcd are not "
				       "built in yet; use a folder",
				       given);
		if (!str_copy(to, size, given))
			return err_set(e, ERR_ARG, "--room: path too long");
		return ERR_NONE;
	}
	if (fs_state_dir(state, e) != ERR_NONE)
		return e->code;
	if (!str_printf(to, size, "%s/%s%s", state, book->id,
			book->is_drill ? "-drill" : ""))
		return err_set(e, ERR_ARG,
			       "the state folder's path is too "
			       "long: use --room");
	return ERR_NONE;
}

bool
load_share(char *to, size_t size, const char *name)
{
	static const char *const near[] = { "..", "../..", "../share/warroom",
					    "../../share/warroom" };
	char exe[FS_PATH], dir[FS_PATH];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	if (n <= 0)
		return false;
	exe[n] = '\0';
	fs_dir_of(dir, exe);
	for (size_t i = 0; i < ARRAY_LEN(near); i++)
		if (str_printf(to, size, "%s/%s/%s", dir, near[i], name) &&
		    fs_exists(to))
			return true;
	return false;
}
