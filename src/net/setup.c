/* setup - prepares the libraries of net, once, before threads start. */
#include <curl/curl.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "net/loop.h"
#include "net/sipmsg.h"

/* Each measurement under way holds a descriptor; the usual soft limit of 1024
 * is made for programs that select(). */
static void
raise_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

void
net_setup(void)
{
	/* A failure shows as ERR_SYSTEM when the first transfer starts. */
	(void)curl_global_init_mem(CURL_GLOBAL_DEFAULT, mem_take, mem_free,
				   mem_resize, mem_text, mem_new);
	raise_descriptors();
	sipmsg_setup();
}
