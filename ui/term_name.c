/* term_name - which terminal a name means, and which others it is like. */
#include "ui/term_name.h"

#include "base/str.h"

/* Terminals that understand what xterm does, by the begin of their names. */
static const char *const xterms[] = { "xterm",	 "ghostty", "kitty",
				      "foot",	 "rxvt",    "alacritty",
				      "wezterm", "contour", "rio",
				      "tmux",	 "screen",  "konsole",
				      "putty",	 "st-" };

bool
term_speaks_xterm(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(xterms); i++)
		if (str_starts(name, xterms[i]))
			return true;
	return false;
}

size_t
term_names(const char *name, bool is_in_tmux, const char *out[TERM_NAMES])
{
	size_t count = 0;

	out[count++] = name;
	if (term_speaks_xterm(name))
		out[count++] = "xterm-256color";
	if (is_in_tmux) {
		out[count++] = "tmux-256color";
		out[count++] = "screen-256color";
	}
	out[count++] = "vt100";
	return count;
}
