/* sdp - session descriptions: one audio stream offered, an answer judged. */
#include "net/sdp.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "base/text.h"

#define LINES_MOST 256
#define LINE_MOST 512
#define EVENTS "telephone-event"

/* RFC 3551: the numbers whose codec is fixed. */
static const struct {
	int payload;
	const char *codec;
} fixed[] = { { 0, "PCMU" }, { 3, "GSM" },   { 4, "G723" }, { 8, "PCMA" },
	      { 9, "G722" }, { 15, "G728" }, { 18, "G729" } };

const char *
sdp_codec(int payload)
{
	for (size_t i = 0; i < ARRAY_LEN(fixed); i++)
		if (fixed[i].payload == payload)
			return fixed[i].codec;
	return NULL;
}

/* How far a description has come: lines may only move on. */
enum place { AT_START, AT_ORIGIN, AT_NAME, AT_SESSION, AT_TIME, AT_MEDIA };

struct reader {
	struct sdp *out;
	bool is_strict;
	enum place place;
	bool has_address;	  /* for the whole session */
	bool needs_address;	  /* the stream at hand has none yet */
	bool is_audio, has_audio; /* the stream at hand; any so far */
	int lines;
	struct err *e;
};

static bool
complain(struct reader *r, const char *what)
{
	err_set(r->e, ERR_FORMAT, "line %d of the session description: %s",
		r->lines, what);
	return false;
}

/* Splits off the next word; false when none is left. */
static bool
next_word(const char **at, char *to, size_t size)
{
	size_t len;

	*at += strspn(*at, " \t");
	len = strcspn(*at, " \t");
	if (len == 0 || !str_copy_n(to, size, *at, len))
		return false;
	*at += len;
	return true;
}

static int
count_words(const char *text)
{
	char word[LINE_MOST];
	int n = 0;

	while (next_word(&text, word, sizeof(word)))
		n++;
	return n;
}

static bool
read_number(const char *text, int most, int *out)
{
	int64_t value;

	if (!str_to_int(text, &value) || value < 0 || value > most)
		return false;
	*out = (int)value;
	return true;
}

/* "IN IP4 192.0.2.1" */
static bool
read_address(struct reader *r, const char *text)
{
	char net[8], type[8], address[64];

	if (!next_word(&text, net, sizeof(net)) ||
	    !next_word(&text, type, sizeof(type)) ||
	    !next_word(&text, address, sizeof(address)) ||
	    strcmp(net, "IN") != 0 ||
	    (strcmp(type, "IP4") != 0 && strcmp(type, "IP6") != 0))
		return complain(r, "c= is no \"IN IP4 address\"") ||
		       !r->is_strict;
	if (r->place < AT_MEDIA)
		r->has_address = true;
	r->needs_address = false;
	if (r->place < AT_MEDIA || r->is_audio)
		text_clean(r->out->address, sizeof(r->out->address), address,
			   strlen(address));
	return true;
}

static bool
add_format(struct reader *r, const char *word)
{
	struct sdp_format *f = &r->out->formats[r->out->format_count];
	const char *codec;

	if (r->out->format_count == SDP_FORMATS)
		return complain(r, "too many formats");
	if (!read_number(word, 127, &f->payload))
		return complain(r, "a format is no payload type");
	codec = sdp_codec(f->payload);
	str_copy(f->codec, sizeof(f->codec), codec == NULL ? "" : codec);
	r->out->format_count++;
	return true;
}

/* "audio 40000 RTP/AVP 9 0 8 101" */
static bool
read_media(struct reader *r, const char *text)
{
	char media[16], port[16], proto[24], word[16];
	int number;

	r->place = AT_MEDIA;
	r->out->streams++;
	if (!next_word(&text, media, sizeof(media)) ||
	    !next_word(&text, port, sizeof(port)) ||
	    !next_word(&text, proto, sizeof(proto)) ||
	    !read_number(port, 65535, &number))
		return complain(r, "m= is no \"media port protocol formats\"");
	r->is_audio = !r->has_audio && strcmp(media, "audio") == 0;
	r->needs_address = !r->has_address;
	if (!r->is_audio)
		return true;
	r->has_audio = true;
	if (strcmp(proto, "RTP/AVP") != 0)
		return complain(r, "the audio is not RTP/AVP");
	r->out->port = number;
	while (next_word(&text, word, sizeof(word)))
		if (!add_format(r, word))
			return false;
	if (r->out->format_count == 0)
		return complain(r, "the audio has no format");
	return true;
}

/* "rtpmap:9 G722/8000": what stands there counts, not the number. */
static bool
read_attribute(struct reader *r, const char *text)
{
	char number[16], codec[48];
	int payload;

	if (!r->is_audio || !str_starts(text, "rtpmap:"))
		return true;
	text += strlen("rtpmap:");
	if (!next_word(&text, number, sizeof(number)) ||
	    !next_word(&text, codec, sizeof(codec)) ||
	    !read_number(number, 127, &payload) || strchr(codec, '/') == NULL)
		return complain(r, "a=rtpmap is no \"number name/rate\"") ||
		       !r->is_strict;
	for (size_t i = 0; i < r->out->format_count; i++) {
		struct sdp_format *f = &r->out->formats[i];

		if (f->payload == payload)
			text_clean(f->codec, sizeof(f->codec), codec,
				   strcspn(codec, "/"));
	}
	return true;
}

/* v, o, s stand first and in this order; a strict reader insists. */
static bool
step(struct reader *r, enum place from, enum place to, const char *what)
{
	if (r->is_strict && r->place != from)
		return complain(r, what);
	if (r->place < to)
		r->place = to;
	return true;
}

static bool
read_line(struct reader *r, const char *line)
{
	const char *text = line + 2;

	if (line[0] < 'a' || line[0] > 'z' || line[1] != '=')
		return complain(r, "no \"x=value\"");
	switch (line[0]) {
	case 'v':
		if (r->place != AT_START || strcmp(text, "0") != 0)
			return complain(r, "not v=0, once and first");
		r->place = AT_ORIGIN;
		return true;
	case 'o':
		if (r->is_strict && count_words(text) != 6)
			return complain(r, "o= has not six words");
		return step(r, AT_ORIGIN, AT_NAME, "o= out of order");
	case 's':
		if (r->is_strict && text[0] == '\0')
			return complain(r, "s= is empty");
		return step(r, AT_NAME, AT_SESSION, "s= out of order");
	case 't':
		if (r->is_strict &&
		    (count_words(text) != 2 || r->place < AT_SESSION ||
		     r->place > AT_TIME))
			return complain(r, "t= is no \"start stop\"");
		if (r->place < AT_TIME)
			r->place = AT_TIME;
		return true;
	case 'c':
		return read_address(r, text);
	case 'm':
		if (r->is_strict && r->place < AT_TIME)
			return complain(r, "m= before v=, o=, s= and t=");
		if (r->is_strict && r->needs_address)
			return complain(r, "a stream before it has no c=");
		return read_media(r, text);
	case 'a':
		return read_attribute(r, text);
	default:
		return true;
	}
}

/* The next line without its end; false at the end of the text or of what is
 * taken (r->e tells). */
static bool
next_line(struct reader *r, const char **at, char line[LINE_MOST])
{
	size_t len = strcspn(*at, "\n");
	bool is_ended = (*at)[len] == '\n';

	if (**at == '\0')
		return false;
	r->lines++;
	if (r->lines > LINES_MOST)
		return complain(r, "too many lines");
	if (r->is_strict && (!is_ended || len == 0 || (*at)[len - 1] != '\r'))
		return complain(r, "does not end with CR LF");
	if (!str_copy_n(line, LINE_MOST, *at,
			len > 0 && (*at)[len - 1] == '\r' ? len - 1 : len))
		return complain(r, "too long");
	*at += is_ended ? len + 1 : len;
	return true;
}

enum err_code
sdp_read(struct sdp *out, const char *text, bool is_strict, struct err *e)
{
	struct err found = { .code = ERR_NONE };
	struct reader r = { .out = out, .is_strict = is_strict, .e = &found };
	char line[LINE_MOST];

	*out = (struct sdp){ 0 };
	while (next_line(&r, &text, line)) {
		if (line[0] == '\0' && !is_strict)
			continue;
		if (!read_line(&r, line))
			break;
		found.code = ERR_NONE; /* a lenient reader went over it */
	}
	if (found.code == ERR_NONE && !r.has_audio)
		complain(&r, "no audio stream in it");
	if (found.code == ERR_NONE && is_strict && r.needs_address)
		complain(&r, "the last stream has no c=");
	if (found.code == ERR_NONE)
		return ERR_NONE;
	*e = found;
	return e->code;
}

bool
sdp_write(struct buf *out, const struct sdp_offer *o)
{
	bool is_v6 = o->local[0] == '[';
	const char *family = is_v6 ? "IP6" : "IP4";
	const char *start = is_v6 ? o->local + 1 : o->local;
	char ip[64];

	if (!str_copy_n(ip, sizeof(ip), start,
			strcspn(start, is_v6 ? "]" : ":")))
		return false;

	buf_printf(out,
		   "v=0\r\no=warroom %ld %ld IN %s %s\r\ns=-\r\n"
		   "c=IN %s %s\r\nt=0 0\r\nm=audio %d RTP/AVP",
		   o->session, o->session, family, ip, family, ip, o->port);
	for (size_t i = 0; i < o->count; i++)
		buf_printf(out, " %d", o->payloads[i]);
	buf_printf(out, " %d\r\n", SDP_EVENTS);
	for (size_t i = 0; i < o->count; i++)
		if (sdp_codec(o->payloads[i]) != NULL)
			buf_printf(out, "a=rtpmap:%d %s/8000\r\n",
				   o->payloads[i], sdp_codec(o->payloads[i]));
	return buf_printf(out,
			  "a=rtpmap:%d " EVENTS "/8000\r\na=fmtp:%d 0-16\r\n"
			  "a=ptime:20\r\n",
			  SDP_EVENTS, SDP_EVENTS);
}

/* A number that was offered with the codec it stood for, or, to a lenient
 * reader, an offered codec under another number. */
static bool
is_offered(const struct sdp_format *f, const int *payloads, size_t count,
	   bool is_strict)
{
	for (size_t i = 0; i < count; i++) {
		const char *codec = sdp_codec(payloads[i]);

		if (codec != NULL && strcasecmp(codec, f->codec) == 0 &&
		    (!is_strict || f->payload == payloads[i]))
			return true;
	}
	return false;
}

static bool
is_event(const struct sdp_format *f)
{
	return f->payload == SDP_EVENTS || strcasecmp(f->codec, EVENTS) == 0;
}

enum err_code
sdp_judge(char codec[24], const char *text, const int *payloads, size_t count,
	  bool is_strict, struct err *e)
{
	struct sdp answer;

	codec[0] = '\0';
	if (sdp_read(&answer, text, is_strict, e) != ERR_NONE)
		return e->code;
	if (answer.port == 0)
		return err_set(e, ERR_FORMAT, "the answer refuses the audio");
	if (is_strict && answer.streams != 1)
		return err_set(e, ERR_FORMAT,
			       "the answer has %d streams, one was offered",
			       answer.streams);
	for (size_t i = 0; i < answer.format_count; i++) {
		const struct sdp_format *f = &answer.formats[i];

		if (is_event(f))
			continue;
		if (is_offered(f, payloads, count, is_strict)) {
			if (codec[0] == '\0')
				str_copy(codec, 24, f->codec);
			continue;
		}
		if (!is_strict)
			continue;
		codec[0] = '\0';
		return err_set(e, ERR_FORMAT,
			       "the answer names format %d, which was not "
			       "offered as that",
			       f->payload);
	}
	if (codec[0] != '\0')
		return ERR_NONE;
	return err_set(e, ERR_FORMAT, "the answer takes no offered codec");
}
