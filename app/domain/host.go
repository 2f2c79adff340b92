package domain

import (
	"context"
	"strings"
)

// dnsHosts names well-known DNS hosts by the ends of their name servers' names.
var dnsHosts = []struct{ suffix, name string }{
	{"cloudflare.com", "Cloudflare"}, {"awsdns", "Amazon Route 53"}, {"googledomains.com", "Google Cloud DNS"},
	{"google.com", "Google"}, {"azure-dns.com", "Azure DNS"}, {"azure-dns.net", "Azure DNS"}, {"azure-dns.org", "Azure DNS"}, {"azure-dns.info", "Azure DNS"},
	{"domaincontrol.com", "GoDaddy"}, {"registrar-servers.com", "Namecheap"}, {"digitalocean.com", "DigitalOcean"},
	{"hetzner.com", "Hetzner"}, {"hetzner.de", "Hetzner"}, {"your-server.de", "Hetzner"}, {"ui-dns.com", "IONOS"}, {"ui-dns.de", "IONOS"},
	{"ui-dns.org", "IONOS"}, {"ui-dns.biz", "IONOS"}, {"ovh.net", "OVHcloud"}, {"gandi.net", "Gandi"}, {"linode.com", "Linode"},
	{"vercel-dns.com", "Vercel"}, {"nsone.net", "NS1"}, {"dnsimple.com", "DNSimple"}, {"dnsmadeeasy.com", "DNS Made Easy"},
	{"wordpress.com", "WordPress.com"}, {"wixdns.net", "Wix"}, {"squarespacedns.com", "Squarespace"}, {"strato.de", "Strato"},
	{"inwx.de", "INWX"}, {"netcup.net", "netcup"}, {"porkbun.com", "Porkbun"}, {"name.com", "Name.com"}, {"infomaniak.ch", "Infomaniak"},
}

// lookUpDNSHost says who runs the zone that holds a name, as far as its name
// servers tell; "" when they cannot be asked.
func lookUpDNSHost(ctx context.Context, r Resolver, name string) string {
	for _, zone := range covering(name) {
		servers, err := r.NS(ctx, zone)
		if err != nil || len(servers) == 0 {
			continue
		}
		server := strings.ToLower(strings.TrimSuffix(servers[0], "."))
		for _, host := range dnsHosts {
			if server == host.suffix || strings.HasSuffix(server, "."+host.suffix) || strings.Contains(server, "."+host.suffix+"-") {
				return host.name
			}
		}
		return printable(organisational(server))
	}
	return ""
}
