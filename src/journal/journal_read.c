/* journal_read - a journal read by somebody who does not hold it. */
#include <unistd.h>

#include "journal/chain.h"
#include "journal/place.h"

enum err_code
journal_read(const char *path, journal_visit *visit, void *ctx,
	     struct journal_report *report, struct err *e)
{
	struct journal_report unread;
	char shown[256];
	enum err_code code;
	int64_t whole;
	int fd;

	if (report == NULL)
		report = &unread;
	*report = (struct journal_report){ 0 };
	if (place_open(&fd, path, shown, e) != ERR_NONE)
		return e->code;
	code = chain_walk(fd, shown, visit, ctx, report, &whole, e);
	close(fd);
	return code;
}
