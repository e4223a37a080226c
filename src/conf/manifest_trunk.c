/* manifest_trunk - the guide's trunk: failover order, thresholds, codecs. */
#include "conf/manifest.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "conf/scalar.h"

struct failover {
	bool enabled;
	int interval_s;
	int failures, recoveries;
};

static const struct field failover_fields[] = {
	{ .name = "enabled",
	  .as = AS_FLAG,
	  FIELD_AT(struct failover, enabled),
	  .help = "is there a failover?" },
	{ .name = "sequence",
	  .as = AS_TEXTS,
	  .required = true,
	  .help = "trunks in the order they are tried" },
	{ .name = "healthCheckIntervalSeconds",
	  .as = AS_COUNT,
	  FIELD_AT(struct failover, interval_s),
	  .least = 1,
	  .most = 86400,
	  .help = "time between two checks" },
	{ .name = "failureThreshold",
	  .as = AS_COUNT,
	  FIELD_AT(struct failover, failures),
	  .least = 1,
	  .most = 1000,
	  .help = "failures in a row until it fails over" },
	{ .name = "recoveryThreshold",
	  .as = AS_COUNT,
	  FIELD_AT(struct failover, recoveries),
	  .least = 1,
	  .most = 1000,
	  .help = "successes in a row until it is back" },
	{ .name = NULL },
};

const struct field trunk_fields[] = {
	{ .name = "trunkId",
	  .as = AS_ID,
	  .required = true,
	  FIELD_AT(struct book_trunk, id),
	  .help = "name of the trunk" },
	{ .name = "status",
	  .as = AS_WORD,
	  .words = "active standby disabled",
	  .help = "how it is meant to be" },
	{ .name = "failover",
	  .as = AS_OBJECT,
	  .inside = failover_fields,
	  .help = "what happens when it fails" },
	{ .name = "codecPreferences",
	  .as = AS_TEXTS,
	  .help = "codecs, the preferred first" },
	{ .name = "sdpHandling",
	  .as = AS_ID,
	  FIELD_AT(struct book_trunk, sdp_handling),
	  .help = "how offers are answered" },
	{ .name = "maxConcurrentSessions",
	  .as = AS_COUNT,
	  FIELD_AT(struct book_trunk, max_sessions),
	  .least = 1,
	  .most = 10000000,
	  .help = "calls at a time" },
	{ .name = NULL },
};

/* A list of names, each once. */
static void
read_names(const struct site *s, const struct node *list, char ***out,
	   size_t *count)
{
	struct keyset seen = { 0 };
	char name[64];

	if (list == NULL || list->type != NODE_LIST)
		return;
	if (list->count == 0)
		node_error(s, list, "empty", "\"%s\" is empty", list->key);
	*out = mem_new(list->count, sizeof(**out));
	for (const struct node *n = list->first; n != NULL; n = n->next) {
		if (!scalar_id(s, n, name, sizeof(name)))
			continue;
		if (keyset_add(&seen, NULL, n->text, n) != NULL)
			node_error(s, n, "duplicate",
				   "\"%s\" stands twice in \"%s\"", name,
				   list->key);
		(*out)[(*count)++] = mem_text(name);
	}
	keyset_clear(&seen);
}

static void
read_failover(const struct site *s, const struct node *map,
	      struct book_trunk *out)
{
	struct failover f = { .enabled = true,
			      .interval_s = 30,
			      .failures = 3,
			      .recoveries = 2 };
	const struct node *list;

	if (map == NULL || !fields_read(s, failover_fields, map, &f, NULL))
		return;
	out->interval_ms = f.interval_s * INT64_C(1000);
	out->failure_threshold = f.failures;
	out->recovery_threshold = f.recoveries;
	list = node_get(map, "sequence");
	if (!f.enabled || list == NULL)
		return;
	read_names(s, list, &out->sequence, &out->sequence_count);
	if (list->type != NODE_LIST)
		return;
	for (const struct node *n = list->first; n != NULL; n = n->next)
		if (str_same(n->text, out->id))
			node_error(s, n, "duplicate",
				   "\"%s\" fails over to itself", out->id);
}

void
manifest_trunk_read(const struct site *s, const struct node *root,
		    struct book_trunk *out)
{
	if (!fields_read(s, trunk_fields, root, out, NULL))
		return;
	read_failover(s, node_get(root, "failover"), out);
	read_names(s, node_get(root, "codecPreferences"), &out->codecs,
		   &out->codec_count);
}
