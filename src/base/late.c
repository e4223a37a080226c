/* A library loaded when it is first called; see late.h. */
#include "base/late.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

#define EXIT_NOT_LOADED 127 /* as the dynamic linker does */

void *
late_function(_Atomic(void *) *known, const char *library, const char *name)
{
	void *found = atomic_load_explicit(known, memory_order_acquire);
	void *loaded;

	if (found != NULL)
		return found;
	loaded = dlopen(library, RTLD_NOW | RTLD_LOCAL);
	if (loaded != NULL)
		found = dlsym(loaded, name);
	if (found == NULL) {
		fprintf(stderr, "warroom: cannot load %s: %s\n", library,
			dlerror());
		_exit(EXIT_NOT_LOADED);
	}
	atomic_store_explicit(known, found, memory_order_release);
	return found;
}
