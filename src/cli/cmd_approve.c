/* approve - the second person: looks at the open plan and says yes to it. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "base/text.h"
#include "cli/cli.h"
#include "engine/control_place.h"
#include "engine/control_talk.h"
#include "engine/sshsig.h"

#define ANSWER_MOST (256 * 1024)
#define ANSWER_US 15000000LL

/* Reads one line of the console's; false when none came in time. */
static bool
hear(int fd, struct buf *out)
{
	int64_t until_us = clock_real_us() + ANSWER_US;
	char bytes[4096];

	while (memchr(buf_str(out), '\n', out->len) == NULL) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left_ms = (until_us - clock_real_us()) / 1000;
		ssize_t n;

		if (left_ms <= 0 || poll(&p, 1, (int)left_ms) < 0)
			return false;
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0 || !buf_add(out, bytes, (size_t)n))
			return false;
	}
	return true;
}

/* One request and its answer; -1 when *out is the answer's object. */
static int
ask(const struct cli_command *self, const char *room, const struct buf *request,
    struct json **out)
{
	struct err e = { .code = ERR_NONE };
	struct buf heard;
	bool good;
	int fd;

	*out = NULL;
	if (control_connect(&fd, room, &e) != ERR_NONE)
		return cli_fail(self, EXIT_USAGE, "%s", e.text);
	buf_init(&heard, ANSWER_MOST);
	good = send(fd, buf_str(request), request->len, MSG_NOSIGNAL) ==
		       (ssize_t)request->len &&
	       hear(fd, &heard);
	close(fd);
	if (good)
		*out = json_parse(buf_str(&heard), heard.len, &e);
	buf_clear(&heard);
	if (*out == NULL)
		return cli_fail(self, EXIT_NO_GO,
				"the console of %s gave no answer: nothing "
				"was approved, as far as can be seen here",
				room);
	if (json_is_true(json_get(*out, "ok")))
		return -1;
	return cli_fail(self, EXIT_NO_GO, "%s",
			json_text_or(*out, "text", "refused without a word"));
}

/* A text of the console's, fit for this terminal. */
static const char *
clean(const struct json *plan, const char *key, char *to, size_t size)
{
	const char *text = json_text_or(plan, key, "");

	text_clean(to, size, text, strlen(text));
	return to;
}

static void
print_plan(const struct json *plan)
{
	const struct json *line = json_first(json_get(plan, "lines"));
	char a[512], b[128], c[128];

	printf("%s  %s  room %s, commanded by ",
	       clean(plan, "environment", a, sizeof(a)),
	       clean(plan, "mode", b, sizeof(b)),
	       clean(plan, "room", c, sizeof(c)));
	printf("%s\n", clean(plan, "commander", a, sizeof(a)));
	printf("decision %s\n", clean(plan, "sentence", a, sizeof(a)));
	printf("plan of %s:\n", clean(plan, "step", a, sizeof(a)));
	for (; line != NULL; line = json_next(line)) {
		const char *text = json_text(line);

		if (text == NULL)
			continue;
		text_clean(a, sizeof(a), text, strlen(text));
		printf("  %s\n", a);
	}
	printf("digest %.16s\n", clean(plan, "digest", a, sizeof(a)));
	if (clean(plan, "approved_by", a, sizeof(a))[0] != '\0')
		printf("approved already by %s\n", a);
}

/* What was typed before the plan was there is not its answer. */
static int
type_phrase(const struct cli_command *self, const char *phrase)
{
	char typed[256];

	if (!isatty(STDIN_FILENO))
		return cli_fail(self, EXIT_USAGE,
				"an approval is typed at a terminal, and there "
				"is none");
	printf("Type  %s  and enter; anything else leaves it.\n> ", phrase);
	fflush(stdout);
	tcflush(STDIN_FILENO, TCIFLUSH);
	if (fgets(typed, sizeof(typed), stdin) == NULL)
		return cli_fail(self, EXIT_NO_GO, "nothing was approved");
	typed[strcspn(typed, "\r\n")] = '\0';
	if (strcmp(typed, phrase) == 0)
		return -1;
	return cli_fail(self, EXIT_NO_GO,
			"nothing was approved: that is not  %s", phrase);
}

/* Signs what was shown, not what somebody else calls it. */
static int
sign(const struct cli_command *self, const char *key, const struct json *plan,
     struct buf *signature)
{
	struct err e = { .code = ERR_NONE };
	struct buf text;

	buf_init(&text, 4096);
	control_signed_text(&text, json_text_or(plan, "room", ""),
			    (int64_t)json_number_or(plan, "opened", 0),
			    json_text_or(plan, "step", ""),
			    (int64_t)json_number_or(plan, "shown", 0),
			    json_text_or(plan, "digest", ""));
	if (sshsig_sign(signature, key, buf_str(&text), &e) != ERR_NONE)
		cli_fail(self, EXIT_NO_GO, "%s", e.text);
	buf_clear(&text);
	return e.code == ERR_NONE ? -1 : EXIT_NO_GO;
}

static void
write_ask(struct buf *out, const char *verb, const char *step,
	  const struct json *plan, const struct buf *signature)
{
	struct jwriter w;

	jw_init(&w, out);
	jw_object(&w, NULL);
	jw_text(&w, "ask", verb);
	jw_text(&w, "step", step);
	if (plan != NULL) {
		jw_text(&w, "digest", json_text_or(plan, "digest", ""));
		jw_text(&w, "phrase", json_text_or(plan, "phrase", ""));
	}
	if (signature != NULL)
		jw_text(&w, "signature", buf_str(signature));
	jw_object_end(&w);
	buf_char(out, '\n');
}

/* The phrase is typed first: no key is touched for a plan that was only
 * looked at. */
static int
approve(const struct cli_command *self, const struct cli_args *args,
	const struct json *plan)
{
	const char *key = cli_value(self, args, "key");
	struct buf request, signature;
	struct json *answer = NULL;
	char phrase[256];
	int code;

	clean(plan, "phrase", phrase, sizeof(phrase));
	if (key == NULL && json_is_true(json_get(plan, "own_account")))
		return cli_fail(self, EXIT_NO_GO,
				"this is the commander's own account: approve "
				"from another one%s",
				json_is_true(json_get(plan, "takes_keys"))
					? ", or with a key of yours: --key FILE"
					: "");
	if (key != NULL && !json_is_true(json_get(plan, "takes_keys")))
		return cli_fail(self, EXIT_NO_GO,
				"the runbook names no approvers: keys are not "
				"taken");
	code = type_phrase(self, phrase);
	if (code >= 0)
		return code;
	buf_init(&request, CONTROL_LINE - 1);
	buf_init(&signature, SSHSIG_MOST);
	if (key != NULL)
		code = sign(self, key, plan, &signature);
	if (code < 0) {
		write_ask(&request, "approve", args->operands[1], plan,
			  key != NULL ? &signature : NULL);
		code = ask(self, args->operands[0], &request, &answer);
	}
	if (code < 0) {
		printf("%s\n", clean(answer, "text", phrase, sizeof(phrase)));
		code = EXIT_GO;
	}
	json_free(answer);
	buf_clear(&request);
	buf_clear(&signature);
	return code;
}

static int
run(const struct cli_command *self, const struct cli_args *args)
{
	struct json *plan = NULL;
	struct buf request;
	int code;

	buf_init(&request, CONTROL_LINE - 1);
	write_ask(&request, "plan", args->operands[1], NULL, NULL);
	code = request.cut
		       ? cli_fail(self, EXIT_USAGE, "the step's name is no id")
		       : ask(self, args->operands[0], &request, &plan);
	buf_clear(&request);
	if (code < 0) {
		print_plan(plan);
		code = approve(self, args, plan);
	}
	json_free(plan);
	return code;
}

static const struct cli_option options[] = {
	{ "key", "FILE", "sign with this SSH key; a .pub asks the agent" },
	{ NULL, NULL, NULL },
};

const struct cli_command cli_approve = {
	.name = "approve",
	.operands = "ROOM STEP",
	.help = "say yes to the open plan as second person",
	.least = 2,
	.most = 2,
	.is_offline = true,
	.options = options,
	.run = run,
};
