/* obeyed - what a terminal would do with a stream of bytes. */
#include "tests/lib/obeyed.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

enum { TEXT, AFTER_ESC, IN_CSI, IN_OSC, IN_OSC_ESC, IN_CHARSET, IN_UTF8 };

/* Of xterm's description: cursor, erasing, scrolling, attributes, repeats. */
#define CSI_FINALS "HmKJABCDGdXP@LMSTrbIZ"

static const char *const modes[] = {
	"?1049h", "?1049l",  "?25h",	"?25l",	 "?12h",  "?12l",    "?2004h",
	"?2004l", "?7h",     "?7l",	"?1h",	 "?1l",	  "?12;25h", "4l",
	"4h",	  "22;0;0t", "23;0;0t", "22;0t", "23;0t",
};

void
obeyed_begin(struct obeyed *o)
{
	*o = (struct obeyed){ .state = TEXT, .has_cursor = true };
}

/* As code, so that the report is no terminal's business either. */
static void
complain(struct obeyed *o, const char *why)
{
	size_t used;

	if (o->strange[0] != '\0')
		return;
	str_printf(o->strange, sizeof(o->strange), "%s:", why);
	for (size_t i = 0; i < o->len; i++) {
		used = strlen(o->strange);
		str_printf(o->strange + used, sizeof(o->strange) - used,
			   o->sequence[i] >= 0x20 && o->sequence[i] < 0x7f
				   ? "%c"
				   : "\\x%02x",
			   (unsigned char)o->sequence[i]);
	}
}

static bool
is_plain_csi(const char *params, char final)
{
	return strchr(CSI_FINALS, final) != NULL &&
	       params[strspn(params, "0123456789;")] == '\0';
}

/* The sequence without ESC [ is whole. */
static void
end_csi(struct obeyed *o)
{
	char body[sizeof(o->sequence)];
	size_t n = o->len - 2;

	memcpy(body, o->sequence + 2, n);
	body[n] = '\0';
	o->sequences++;
	o->state = TEXT;
	if (strcmp(body, "?1049h") == 0 || strcmp(body, "?1049l") == 0)
		o->on_other_screen = body[5] == 'h';
	if (strstr(body, "25h") != NULL || strstr(body, "25l") != NULL)
		o->has_cursor = body[n - 1] == 'h';
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (strcmp(body, modes[i]) == 0)
			return;
	if (n > 0) {
		char final = body[n - 1];

		body[n - 1] = '\0';
		if (is_plain_csi(body, final))
			return;
	}
	complain(o, "control sequence");
}

/* Titles alone, of printable ASCII, and the decision's word first. */
static void
end_osc(struct obeyed *o)
{
	static const char *const words[] = { "GO ", "NO-GO ", "HOLD ", "BLIND ",
					     "OFF " };
	const char *body = o->sequence + 2;

	o->sequences++;
	o->state = TEXT;
	o->sequence[o->len] = '\0';
	if (strcmp(body, "104\a") == 0)
		return; /* the palette as it was, when the screen is left */
	if (str_starts(body, "2;"))
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (str_starts(body + 2, words[i]) &&
			    o->sequence[o->len - 1] == '\\') {
				o->titles++;
				return;
			}
	complain(o, "system command");
}

static void
after_esc(struct obeyed *o, char c)
{
	if (c == '[') {
		o->state = IN_CSI;
	} else if (c == ']') {
		o->state = IN_OSC;
	} else if (c == '(' || c == ')') {
		o->state = IN_CHARSET;
	} else {
		o->state = TEXT;
		o->sequences++;
		if (c == '\0' || strchr("=>M78", c) == NULL)
			complain(o, "escape");
	}
}

static void
in_text(struct obeyed *o, char c)
{
	unsigned char u = (unsigned char)c;

	o->len = 1;
	o->sequence[0] = c;
	if (c == '\033') {
		o->state = AFTER_ESC;
	} else if (c == '\a') {
		o->bells++;
	} else if (u == 0xc2) {
		o->state = IN_UTF8;
	} else if (u < 0x20 && c != '\r' && c != '\n' && c != '\b' &&
		   c != '\t' && c != 0x0e && c != 0x0f) {
		complain(o, "control byte");
	} else if (u == 0x7f) {
		complain(o, "control byte");
	}
}

static void
take(struct obeyed *o, char c)
{
	if (o->state == TEXT) {
		in_text(o, c);
		return;
	}
	if (o->len >= sizeof(o->sequence) - 1) {
		complain(o, "endless sequence");
		o->state = TEXT;
		return;
	}
	o->sequence[o->len++] = c;
	switch (o->state) {
	case AFTER_ESC:
		after_esc(o, c);
		break;
	case IN_CSI:
		if (c >= 0x40 && c < 0x7f)
			end_csi(o);
		else if (c < 0x20)
			complain(o, "control byte in a sequence");
		break;
	case IN_OSC:
		if (c == '\033')
			o->state = IN_OSC_ESC;
		else if (c == '\a')
			end_osc(o);
		else if (c < 0x20 || c >= 0x7f)
			complain(o, "byte of a title");
		break;
	case IN_OSC_ESC:
		if (c != '\\')
			complain(o, "end of a title");
		end_osc(o);
		break;
	case IN_CHARSET:
		o->state = TEXT;
		o->sequences++;
		if (c != 'B' && c != '0')
			complain(o, "set of characters");
		break;
	case IN_UTF8: /* U+0080 to U+009F are controls too */
		o->state = TEXT;
		/* Before and after the screen keys are echoed by the system,
		 * which knows the lower ones alone. */
		if ((unsigned char)c < 0xa0 && o->on_other_screen)
			complain(o, "C1 control");
		break;
	default:
		break;
	}
}

void
obeyed_take(struct obeyed *o, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		take(o, bytes[i]);
}
