# nginx.sh - for test scripts: an nginx of the script's own.  Source it behind
# lib.sh.
# shellcheck shell=sh

# nginx_serve DIR SERVERS: the function SERVERS prints the server blocks for the
# ports from its argument on; the first port becomes $port, the process $nginx.
# nginx cannot be told to take any free port, so ports are tried.
nginx_serve() {
	for port in $(shuf -i 20000-29000 -n 10); do
		rm -f "$1/nginx.pid"
		cat >"$1/nginx.conf" <<-CONF
		daemon off; master_process off; pid nginx.pid; error_log error.log;
		events { worker_connections 64; }
		http {
		access_log access.log; default_type application/json;
		client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
		uwsgi_temp_path t4; scgi_temp_path t5;
		$($2 "$port")
		}
		CONF
		nginx -p "$1/" -c "$1/nginx.conf" 2>"$1/nginx.log" &
		nginx=$!
		wait_for 20 nginx_up_or_gone "$1"
		[ ! -s "$1/nginx.pid" ] || return 0
		kill $nginx 2>/dev/null
		wait $nginx
	done
	tail -n 5 "$1/nginx.log"
	return 1
}

nginx_up_or_gone() {
	[ -s "$1/nginx.pid" ] || ! kill -0 $nginx 2>/dev/null
}
