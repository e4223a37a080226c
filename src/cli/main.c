/* main - finds the subcommand, reads its options, runs it. */
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/text.h"
#include "cli/cli.h"
#include "net/loop.h"
#include "ui/term.h"

#define OPTIONS_MOST 16
#define LINE_BYTES 4096	   /* of a failure, as shown */
#define TEXT_CAP (1 << 20) /* as put together */

const struct cli_command *const cli_commands[] = {
	&cli_run,      &cli_drill,  &cli_check,	 &cli_plan,   &cli_gate,
	&cli_baseline, &cli_probe,  &cli_status, &cli_watch,  &cli_replay,
	&cli_approve,  &cli_verify, &cli_twin,	 &cli_schema, &cli_contract,
	&cli_doctor,   NULL,
};

static void
usage(FILE *to)
{
	fputs("usage: warroom COMMAND [OPTIONS] [OPERANDS]\n\n"
	      "The console a cutover commander lives in for one night.\n\n",
	      to);
	for (size_t i = 0; cli_commands[i] != NULL; i++)
		fprintf(to, "  %-8s %-24s %s\n", cli_commands[i]->name,
			cli_commands[i]->operands, cli_commands[i]->help);
	fputs("\nwarroom COMMAND --help shows its options.\n"
	      "exit: 0 GO or done, 1 NO-GO or failed, 2 usage or bad input, "
	      "3 HOLD, 4 BLIND,\n      5 rolled back and validated, 6 halted, "
	      "7 room held by another, 130 interrupted\n",
	      to);
}

void
cli_help(const struct cli_command *self)
{
	char spec[48];

	printf("usage: warroom %s%s%s%s\n\n%s\n", self->name,
	       self->options[0].name != NULL ? " [OPTIONS]" : "",
	       self->operands[0] != '\0' ? " " : "", self->operands,
	       self->help);
	for (const struct cli_option *o = self->options; o->name != NULL; o++) {
		str_printf(spec, sizeof(spec), "--%s%s%s", o->name,
			   o->value != NULL ? " " : "",
			   o->value != NULL ? o->value : "");
		printf("%s  %-22s %s\n", o == self->options ? "\n" : "", spec,
		       o->help);
	}
}

int
cli_fail(const struct cli_command *self, int code, const char *fmt, ...)
{
	char clean[LINE_BYTES];
	struct buf text;
	va_list args;

	fflush(stdout);
	buf_init(&text, TEXT_CAP);
	va_start(args, fmt);
	buf_vprintf(&text, fmt, args);
	va_end(args);
	text_clean(clean, sizeof(clean), buf_str(&text), text.len);
	fprintf(stderr, "warroom %s: %s\n", self->name, clean);
	buf_clear(&text);
	return code;
}

int
cli_code_of(enum err_code code)
{
	if (code == ERR_HELD)
		return EXIT_HELD;
	if (code == ERR_INPUT || code == ERR_ABSENT || code == ERR_ARG ||
	    code == ERR_LIMIT)
		return EXIT_USAGE;
	return EXIT_NO_GO;
}

void
cli_print(const struct buf *b)
{
	fwrite(buf_str(b), 1, b->len, stdout);
	fflush(stdout);
}

static int
row_of(const struct cli_command *self, const char *name)
{
	for (int i = 0; self->options[i].name != NULL; i++)
		if (strcmp(self->options[i].name, name) == 0)
			return i;
	return -1;
}

const char *
cli_value(const struct cli_command *self, const struct cli_args *args,
	  const char *name)
{
	int i = row_of(self, name);

	return i < 0 ? NULL : args->values[i];
}

bool
cli_has(const struct cli_command *self, const struct cli_args *args,
	const char *name)
{
	return cli_value(self, args, name) != NULL;
}

bool
cli_number(const struct cli_command *self, const struct cli_args *args,
	   const char *name, double least, double most, double *out)
{
	const char *text = cli_value(self, args, name);

	if (text == NULL)
		return true;
	if (str_to_number(text, out) && *out >= least && *out <= most)
		return true;
	cli_fail(self, EXIT_USAGE, "--%s %s: want a number from %g to %g", name,
		 text, least, most);
	return false;
}

bool
cli_duration(const struct cli_command *self, const struct cli_args *args,
	     const char *name, int64_t *out_ms)
{
	const char *text = cli_value(self, args, name);

	if (text == NULL || str_to_duration_ms(text, out_ms))
		return true;
	cli_fail(self, EXIT_USAGE, "--%s %s: want a duration such as 90s or 5m",
		 name, text);
	return false;
}

/* `found` is what getopt_long() makes of the word it could not take. */
static int
refuse_option(const struct cli_command *self, int found, const char *word)
{
	const char *why = found == ':' ? "needs a value"
			  : optopt > 0 && optopt <= OPTIONS_MOST
				  ? "takes no value"
				  : "is no option of it, or of several";

	return cli_fail(self, EXIT_USAGE, "%s %s; see warroom %s --help", word,
			why, self->name);
}

/* Fills `args`; -1 when all is well, else the exit code. */
static int
read_options(const struct cli_command *self, int argc, char **argv,
	     struct cli_args *args)
{
	struct option longs[OPTIONS_MOST + 2];
	int n = 0, found;

	for (; self->options[n].name != NULL && n < OPTIONS_MOST; n++)
		longs[n] = (struct option){
			.name = self->options[n].name,
			.has_arg = self->options[n].value != NULL,
			.val = n + 1,
		};
	longs[n] = (struct option){ .name = "help", .val = OPTIONS_MOST + 1 };
	longs[n + 1] = (struct option){ 0 };
	optind = 1;
	opterr = 0;
	while ((found = getopt_long(argc, argv, ":h", longs, NULL)) != -1) {
		if (found == OPTIONS_MOST + 1 || found == 'h') {
			cli_help(self);
			return EXIT_GO;
		}
		if (found == '?' || found == ':')
			return refuse_option(self, found, argv[optind - 1]);
		if (args->values[found - 1] != NULL && optarg != NULL)
			return cli_fail(self, EXIT_USAGE, "--%s is given twice",
					self->options[found - 1].name);
		args->values[found - 1] = optarg != NULL ? optarg : "";
	}
	args->operands = (const char *const *)argv + optind;
	args->count = argc - optind;
	if (args->count < self->least ||
	    (self->most >= 0 && args->count > self->most))
		return cli_fail(self, EXIT_USAGE, "usage: warroom %s %s",
				self->name, self->operands);
	return -1;
}

/* No secrets in core dumps, no files for others, no death by a closed pipe.
 * And no file of ours becomes the standard output because that was closed:
 * what is missing is taken by one that cannot be used that way. */
static void
harden(void)
{
	const struct rlimit none = { 0, 0 };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null",
			 fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			_exit(EXIT_NO_GO);

	setrlimit(RLIMIT_CORE, &none);
	umask(077);
	signal(SIGPIPE, SIG_IGN);
}

/* Is nobody there who wants the output: a pipe that was left, or nothing? */
static bool
is_unwanted(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return (fcntl(STDOUT_FILENO, F_GETFL) & O_ACCMODE) == O_RDONLY ||
	       (poll(&p, 1, 0) == 1 && (p.revents & POLLERR) != 0);
}

/* A result that was to be kept and is not is none. */
static int
check_output(const struct cli_command *self, int code)
{
	bool is_lost = fflush(stdout) != 0 || ferror(stdout);

	if (!is_lost || is_unwanted())
		return code;
	return cli_fail(self, code == EXIT_GO ? EXIT_NO_GO : code,
			"the output could not be written: is the disk full?");
}

int
main(int argc, char **argv)
{
	const char *names[ARRAY_LEN(cli_commands)];
	char word[256];
	const char *near;
	size_t n = 0;

	setlocale(LC_CTYPE, "");
	harden();
	digest_setup();
	mem_on_exhausted(term_restore);
	if (argc < 2 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		usage(argc < 2 ? stderr : stdout);
		return argc < 2 ? EXIT_USAGE : EXIT_GO;
	}
	for (; cli_commands[n] != NULL; n++) {
		struct cli_args args = { .count = 0 };
		int code;

		names[n] = cli_commands[n]->name;
		if (strcmp(names[n], argv[1]) != 0)
			continue;
		code = read_options(cli_commands[n], argc - 1, argv + 1, &args);
		if (code < 0 && !cli_commands[n]->is_offline)
			net_setup();
		if (code < 0)
			code = cli_commands[n]->run(cli_commands[n], &args);
		return check_output(cli_commands[n], code);
	}
	near = str_nearest(argv[1], names, n);
	text_clean(word, sizeof(word), argv[1], strlen(argv[1]));
	fprintf(stderr, "warroom: no command \"%s\"%s%s%s\n", word,
		near ? " (did you mean \"" : "", near ? near : "",
		near ? "\"?)" : "");
	return EXIT_USAGE;
}
