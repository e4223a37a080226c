/* load - runbooks for commands: findings printed, secrets read, ages set. */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "cli/cli.h"
#include "conf/conf.h"
#include "net/fence.h"

/* The rows of this program's probe and step kinds. */
struct conf_kinds load_kinds(void);

/* Sorts findings and prints them on stderr. */
void load_print_findings(struct findings *f);

/* Loads a runbook; prints every finding on stderr.  -1 when *out is a
 * reference of the caller's, else the exit code. */
int load_book(const struct cli_command *self, const char *path,
	      struct book **out);

/* A book with nothing but the name that this runbook gives itself, though the
 * rest of it be unfit: for the room it would have.  One reference. */
struct book *load_name_only(const char *path);

/* Reads the secrets that live endpoints name; each missing one is printed.
 * -1 or the exit code. */
int load_secrets(const struct cli_command *self, struct book *book);

/* A gate without `max_age` goes blind after three missed measurements. */
void load_ages(struct book *book);

/* Who sits here: $WARROOM_COMMANDER, else the login name. */
void load_commander(char *to, size_t size);

/* The room's folder: `given`, else the default of this runbook. */
enum err_code load_room_dir(char *to, size_t size, const char *given,
			    const struct book *book, struct err *e) MUST_CHECK;

/* A file of ours ("themes/dark.yaml"): beside the binary's tree, else
 * installed. False when it is nowhere. */
bool load_share(char *to, size_t size, const char *name);

#endif
