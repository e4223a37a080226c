/* setup - prepares the libraries of net, once, before threads start. */
#include <curl/curl.h>

#include "net/loop.h"
#include "net/sipmsg.h"

void
net_setup(void)
{
	/* A failure shows as ERR_SYSTEM when the first transfer starts. */
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
	sipmsg_setup();
}
