/*
 * book_files - the files a book was made from, and what the trunk's says.
 *
 * The names and digests stay with the book, so that who keeps copies of the
 * files can tell whether they are still the same.  Part of book.h.
 */
#ifndef MODEL_BOOK_FILES_H
#define MODEL_BOOK_FILES_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"

/* A file the book was made from. */
struct book_file {
	char *name; /* in the runbook; the runbook's own without its folder */
	char digest[DIGEST_HEX]; /* of its bytes, as they were read */
};

/* The guide's trunk manifest. */
struct book_trunk {
	char id[64];
	char **sequence; /* failover order */
	size_t sequence_count;
	int64_t interval_ms; /* healthCheckIntervalSeconds */
	int failure_threshold, recovery_threshold;
	char **codecs;
	size_t codec_count;
	char sdp_handling[16];
	int max_sessions;
};

#endif
