#!/bin/bash
# A highly available PostgreSQL on loopback: three servers under Patroni that replicate synchronously, etcd in which they
# agree who leads, and HAProxy, which leads clients to that one. Runs as the user postgres, and so must be started by root.
#
#   patroni.sh installed         exit code 0 if the programs are there
#   patroni.sh install           installs them with apt-get, without starting any of their services
#   patroni.sh start DIR PORT    starts it with its files in DIR, which is empty or missing, on the nine ports from PORT on,
#                                and returns when the leader answers at PORT and the others follow it
#   patroni.sh leader DIR        prints the name of the server that leads; exit code 1 if there is none
#   patroni.sh kill DIR          ends the server that leads and its Patroni with SIGKILL, and prints its name
#   patroni.sh revive DIR        starts the servers that are down
#   patroni.sh settled DIR       exit code 0 if all follow one leader, one of them synchronously
#   patroni.sh takes-writes DIR  exit code 0 if a write at PORT is acknowledged
#   patroni.sh stop DIR          ends what start began, and waits for its end
set -euo pipefail

servers=(a b c)
binaries=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)

installed() {
  command -v patroni etcd haproxy curl setpriv >/dev/null && [[ -x $binaries/postgres ]]
}

install() {
  # The packages would start their services, and PostgreSQL's would make a database of its own.
  local policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod +x $policy
    trap "rm -f $policy" EXIT
  fi
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends postgresql-common
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.d/no-main-cluster.conf
  apt-get install -y -qq --no-install-recommends patroni etcd-server haproxy python3-etcd python3-psycopg2 postgresql curl
}

# The Nth of the servers' ports: PORT is HAProxy's, then come those of PostgreSQL, of Patroni and of etcd.
postgres_port() { echo $((port + 1 + $1)); }
patroni_port() { echo $((port + 4 + $1)); }

# Starts a program as the leader of a process group, whose id is then in NAME.pid.
spawn() {
  local name=$1
  shift
  setsid setpriv --reuid=postgres --regid=postgres --init-groups "$@" >>"$dir/$name.log" 2>&1 </dev/null &
  echo $! >"$dir/$name.pid"
}

alive() {
  [[ -f $dir/$1.pid ]] && kill -0 -- "-$(<"$dir/$1.pid")" 2>/dev/null
}

write_configuration() {
  local n
  {
    cat <<'CFG'
defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
listen leader
  option httpchk OPTIONS /primary
  http-check expect status 200
  default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
CFG
    echo "  bind 127.0.0.1:$port"
    for n in 0 1 2; do
      echo "  server ${servers[n]} 127.0.0.1:$(postgres_port $n) check port $(patroni_port $n)"
    done
  } >"$dir/haproxy.cfg"
  for n in 0 1 2; do
    cat >"$dir/${servers[n]}.yml" <<YML
scope: daypass
name: ${servers[n]}
etcd3: {host: '127.0.0.1:$((port + 7))', protocol: http}
restapi: {listen: '127.0.0.1:$(patroni_port $n)', connect_address: '127.0.0.1:$(patroni_port $n)'}
bootstrap:
  dcs:
    ttl: 6
    loop_wait: 1
    retry_timeout: 2
    synchronous_mode: true
    postgresql: {use_pg_rewind: true}
  initdb: [encoding: UTF8, data-checksums]
postgresql:
  listen: 127.0.0.1:$(postgres_port $n)
  connect_address: 127.0.0.1:$(postgres_port $n)
  data_dir: $dir/${servers[n]}
  bin_dir: $binaries
  pgpass: $dir/${servers[n]}.pgpass
  pg_hba: [local all all trust, host all all 127.0.0.1/32 trust, host replication all 127.0.0.1/32 trust]
  parameters: {unix_socket_directories: '$dir'}
  authentication: {superuser: {username: postgres}, replication: {username: replicator}}
YML
  done
}

start() {
  mkdir -p "$dir"
  echo "$port" >"$dir/port"
  write_configuration
  chown -R postgres: "$dir"
  local client="http://127.0.0.1:$((port + 7))" peer="http://127.0.0.1:$((port + 8))" server
  spawn etcd etcd --data-dir "$dir/etcd" --listen-client-urls "$client" --advertise-client-urls "$client" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer"
  for server in "${servers[@]}"; do spawn "$server" patroni "$dir/$server.yml"; done
  spawn haproxy haproxy -f "$dir/haproxy.cfg"
  for _ in {1..240}; do
    settled && takes-writes && return
    sleep 0.5
  done
  tail -n 5 "$dir"/*.log >&2
  return 1
}

leader() {
  local n
  for n in 0 1 2; do
    curl -sf -o /dev/null -m 1 "http://127.0.0.1:$(patroni_port $n)/primary" && echo "${servers[n]}" && return
  done
  return 1
}

settled() {
  local n cluster
  for n in 0 1 2; do
    cluster=$(curl -s -m 1 "http://127.0.0.1:$(patroni_port $n)/cluster") || continue
    [[ $cluster == *'"sync_standby"'* ]] || return 1
    (($(grep -oE '"state": "(running|streaming)"' <<<"$cluster" | wc -l) == 3))
    return
  done
  return 1
}

takes-writes() {
  local statements='CREATE TABLE IF NOT EXISTS probe (at timestamptz); INSERT INTO probe VALUES (now())'
  timeout 2 "$binaries/psql" -h 127.0.0.1 -p "$port" -U postgres -qc "$statements" >/dev/null 2>&1
}

kill_leader() {
  local server
  server=$(leader)
  kill -9 -- "-$(<"$dir/$server.pid")" || true
  # PostgreSQL is in a session of its own.
  kill -9 "$(head -1 "$dir/$server/postmaster.pid")" || true
  echo "$server"
}

revive() {
  local server
  for server in "${servers[@]}"; do
    alive "$server" && continue
    rm -f "$dir/$server/postmaster.pid"
    spawn "$server" patroni "$dir/$server.yml"
  done
}

stop() {
  local name file
  for name in haproxy "${servers[@]}" etcd; do
    alive "$name" && kill -9 -- "-$(<"$dir/$name.pid")"
  done
  # An immediate shutdown, after which PostgreSQL leaves no shared memory behind.
  for file in "$dir"/*/postmaster.pid; do
    [[ -f $file ]] && kill -QUIT "$(head -1 "$file")" 2>/dev/null
  done
  for file in "$dir"/*/postmaster.pid; do
    for _ in {1..100}; do [[ -f $file ]] || break; sleep 0.1; done
  done
}

command=${1:-} dir=${2:-} port=${3:-}
[[ -n $port || ! -f $dir/port ]] || port=$(<"$dir/port")
case $command/$# in
  installed/1 | install/1 | start/3 | leader/2 | revive/2 | settled/2 | takes-writes/2 | stop/2) "$command" ;;
  kill/2) kill_leader ;;
  *) sed -n '2,16p' "$0" && exit 2 ;;
esac
